//! The attestation result: what was shown, what was not, and where the chain ends.
//!
//! [`Report::assemble`] folds findings into links and a verdict. It can only lower: no argument
//! makes a failed check pass, and a policy that requires nothing gives [`State::Unknown`].

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

pub use crate::claims::Claim;
use crate::digest::Sha256;
pub use crate::evidence::Field;
use crate::finding::{At, Check, Finding, LinkId, Outcome, Tier, Value, Why, checks};
use crate::policy::{Policy, Roots};
use crate::time::UnixTime;

/// The schema that the JSON of a [`Report`] follows.
pub const SCHEMA: &str = "silicon-to-source/report/v1";

/// What an examination found, before a policy decides what it means.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What was examined.
    pub subject: Subject,
    /// Whose word the chain begins with.
    pub root_of_trust: RootOfTrust,
    /// Every finding, in the order of the checklists.
    pub findings: Vec<Finding>,
    /// Values that verified evidence states, each with the link that shows it.
    pub claims: Vec<Claim>,
    /// The evidence bytes.
    pub evidence: Vec<EvidenceItem>,
    /// What would decide checks that are open now.
    pub wanted: Vec<Wanted>,
    /// The properties that stand beside the verdict.
    pub flags: Flags,
}

/// What was examined.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    /// The kind of input, recognised from its bytes (`tinfoil-bundle`, `snp-report`).
    pub kind: &'static str,
    /// The name it gives itself, such as a host; a claim and nothing more.
    pub name: Option<String>,
    /// SHA-256 of the input as received.
    pub sha256: Sha256,
    /// Length of the input in bytes.
    pub len: usize,
}

/// Whose word the chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RootOfTrust {
    /// The maker of the CPU.
    CpuVendor,
    /// A cloud provider (vTPM, plain SEV, Shielded VM).
    CloudProvider,
    /// The operator's or the platform's own statement.
    Statement,
    /// A build service only: there is no hardware evidence.
    BuildOnly,
}

/// One piece of evidence with labelled spans.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceItem {
    /// Name within the report (`snp-report`, `vcek`).
    pub id: Cow<'static, str>,
    /// The kind of bytes (`snp-report`, `x509`, `dsse-payload`, `json`).
    pub kind: &'static str,
    /// The link it supports.
    pub link: LinkId,
    /// SHA-256 of the bytes.
    pub sha256: Sha256,
    /// Length in bytes.
    pub len: usize,
    /// The bytes, standard base64 with padding.
    pub base64: String,
    /// The fields.
    pub fields: Vec<Field>,
}

impl EvidenceItem {
    /// A piece of evidence with its bytes as received.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        kind: &'static str,
        link: LinkId,
        bytes: &[u8],
        fields: Vec<Field>,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            link,
            sha256: Sha256::of(bytes),
            len: bytes.len(),
            base64: STANDARD.encode(bytes),
            fields,
        }
    }
}

/// Something that would decide an open check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// What it is (`vcek`, `ask`, `crl`).
    pub what: &'static str,
    /// Where its maker serves it.
    pub url: String,
    /// The checks that wait for it.
    pub decides: Vec<&'static Check>,
    /// What the host learns from being asked (`chip-id`, `nothing-beyond-your-address`).
    pub reveals: &'static str,
}

/// Properties that stand beside the verdict.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Flags {
    /// Whether the evidence names the key that the reader's connection uses.
    pub key: KeyFlag,
    /// Where that key was made.
    pub custody: Custody,
    /// Whether the evidence was made for this reader.
    pub freshness: Freshness,
    /// Whether the guest may be debugged by its host.
    pub debug: DebugFlag,
}

impl Flags {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        key: KeyFlag::NotShown,
        custody: Custody::NotStated,
        freshness: Freshness::None,
        debug: DebugFlag::Unknown,
    };
}

/// Whether the evidence names a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFlag {
    /// It does, and the key was shown to be in it.
    Bound,
    /// No key was shown to be in it.
    NotShown,
}

/// Where a key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// By a key service that can make it again.
    KmsDerived,
    /// The evidence does not say.
    NotStated,
    /// By the operator, who handed it in.
    OperatorProvisioned,
    /// Inside the protected machine.
    TeeGenerated,
}

/// Whether the evidence was made for this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// It answers a challenge of the reader's.
    Challenge,
    /// It was made earlier, for everyone.
    Cached,
    /// It carries no mark of when or for whom it was made.
    None,
}

/// Whether the guest may be debugged by its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DebugFlag {
    /// Debugging is allowed: the host can read the guest's memory.
    On,
    /// Debugging is refused by the hardware.
    Off,
    /// Not shown.
    Unknown,
}

/// The state of a link, and of the whole. The order is the order of the fold: the worst wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Every required check passed.
    Verified,
    /// Every required check passed, and there is something to know.
    Warning,
    /// There is nothing to check.
    NotPublished,
    /// It could not be decided.
    Unknown,
    /// A check failed.
    Failed,
}

/// The assurance level: how much the evidence could prove at best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Level {
    /// Nothing is published.
    A0,
    /// The operator's or a platform's own statement.
    A1,
    /// Rooted in a cloud provider.
    A2,
    /// Rooted in the CPU vendor; the workload is not tied to a known image.
    A3,
    /// A3, and the measurement equals a known image's.
    A4,
    /// A4, and a signed build ties the image to a git commit.
    A5,
}

/// The attestation result. Its JSON is the same from every surface, byte for byte.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was examined.
    pub subject: Subject,
    /// The moment for which it was examined.
    pub checked_at: UnixTime,
    /// The appraisal policy.
    pub policy: PolicyRef,
    /// The verifier.
    pub verifier: Verifier,
    /// Whether the chain begins with a simulated vendor: then it shows nothing about any
    /// machine.
    pub simulated: bool,
    /// The answer.
    pub verdict: Verdict,
    /// What the evidence could prove at best, as far as it was shown.
    pub assurance: Assurance,
    /// Where the chain ends.
    pub ends_at: EndsAt,
    /// Properties beside the verdict.
    pub flags: Flags,
    /// The chain, in order; the key binding is last.
    pub links: Vec<Link>,
    /// Every check that was not decided, and why.
    pub not_checked: Vec<NotChecked>,
    /// Values that verified evidence states.
    pub claims: Vec<Claim>,
    /// What would decide checks that are open now.
    pub wanted: Vec<Wanted>,
    /// The evidence bytes with labelled spans.
    pub evidence: Vec<EvidenceItem>,
}

/// Which policy appraised.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyRef {
    /// Its name.
    pub name: String,
    /// SHA-256 of the policy file.
    pub sha256: Sha256,
}

/// Which verifier examined.
#[derive(Clone, Debug, Serialize)]
pub struct Verifier {
    /// The crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 over the crate's source files, as `build.rs` describes.
    pub source_sha256: &'static str,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The state.
    pub state: State,
    /// The findings that decided it: the worst ones. Empty when everything passed.
    pub because: Vec<FindingRef>,
    /// How many findings were required, without those that do not apply to this evidence.
    pub required: usize,
    /// How many of those passed, warnings included.
    pub passed: usize,
}

/// Names one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRef {
    /// The check.
    pub check: &'static Check,
    /// Its part.
    pub part: Option<Cow<'static, str>>,
}

/// How much was shown.
#[derive(Clone, Debug, Serialize)]
pub struct Assurance {
    /// The level, or `None` when the evidence failed and shows nothing.
    pub level: Option<Level>,
    /// The root of trust.
    pub root_of_trust: RootOfTrust,
    /// Checks that the level must always be shown with: what it does not cover.
    pub except: Vec<&'static Check>,
}

/// Where the chain ends.
#[derive(Clone, Debug, Serialize)]
pub struct EndsAt {
    /// The last link that holds, or `None` when not even the first does.
    pub link: Option<LinkId>,
    /// The first link that does not, or `None` when the chain is complete.
    pub next: Option<LinkId>,
    /// The state of that next link.
    pub state: Option<State>,
}

/// One link with its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// Which link.
    pub id: LinkId,
    /// Its state.
    pub state: State,
    /// The link that this one rests on and that does not hold: then this one's own checks, even
    /// where they pass, show nothing, and its state is [`State::Unknown`] at best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undermined_by: Option<LinkId>,
    /// Its findings, in the order of the checklist.
    pub findings: Vec<LinkFinding>,
    /// The evidence it rests upon.
    pub evidence: Vec<Cow<'static, str>>,
}

/// A finding as it stands in a report.
#[derive(Clone, Debug, Serialize)]
pub struct LinkFinding {
    /// The check.
    pub check: &'static Check,
    /// The part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Cow<'static, str>>,
    /// The step of the checklist, or an empty string.
    pub step: &'static str,
    /// Whether the policy requires it.
    pub weight: Weight,
    /// `pass`, `fail`, `warn` or `unknown`.
    pub outcome: &'static str,
    /// The reason for anything but a pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The check that is to blame, when the reason is `blocked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<&'static Check>,
    /// The value that would have passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// The value found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
    /// The bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// Document, section, table.
    pub basis: &'static str,
}

/// What a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// It must be decided and pass.
    Required,
    /// A failure still fails the whole; leaving it open does not.
    Advisory,
}

/// A check that was not decided.
#[derive(Clone, Debug, Serialize)]
pub struct NotChecked {
    /// The check.
    pub check: &'static Check,
    /// The part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Cow<'static, str>>,
    /// Why.
    pub why: &'static str,
    /// Whether the policy requires it.
    pub weight: Weight,
}

impl Report {
    /// Folds a draft under `policy` for the moment `now`.
    ///
    /// A failed check fails the whole, required or not. An undecided check lowers the whole when
    /// it is required: by the policy, or because it is about authenticity. Required checks that
    /// left no finding, and links without any, are added as not published; so are checks that the
    /// policy names and that have no meaning for this evidence.
    pub fn assemble(draft: Draft, policy: &Policy, now: UnixTime) -> Self {
        let findings = completed(draft.findings, policy);
        let links = links(&findings, &draft.evidence, policy);
        let verdict = verdict(&findings, policy);
        let not_checked = findings
            .iter()
            .filter_map(|finding| match finding.outcome {
                Outcome::Unknown(why) if why != Why::NotApplicable => Some(NotChecked {
                    check: finding.check,
                    part: finding.part.clone(),
                    why: why.word(),
                    weight: weight(finding, policy),
                }),
                _ => None,
            })
            .collect();
        Self {
            schema: SCHEMA,
            subject: draft.subject,
            checked_at: now,
            policy: PolicyRef { name: policy.name.clone(), sha256: policy.sha256 },
            verifier: Verifier {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                source_sha256: env!("S2S_SOURCE_SHA256"),
            },
            simulated: policy.roots == Roots::Simulated,
            assurance: assurance(draft.root_of_trust, &links, verdict.state),
            verdict,
            ends_at: ends_at(&links),
            flags: shown(draft.flags, &links),
            links,
            not_checked,
            claims: draft.claims,
            wanted: draft.wanted,
            evidence: draft.evidence,
        }
    }

    /// The canonical JSON: two-space indentation, members in declaration order, one final
    /// newline.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The link called `id`.
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.iter().find(|link| link.id == id)
    }

    /// Every finding of `check`.
    pub fn findings(&self, check: &'static Check) -> impl Iterator<Item = &LinkFinding> {
        self.links.iter().flat_map(|link| &link.findings).filter(move |f| f.check == check)
    }
}

const IDLE: Outcome = Outcome::Unknown(Why::NotApplicable);

/// Checks that a policy may name although they can come to nothing: there is no minimum yet for a
/// new chip, and for some evidence another check compares the measurement and REPORT_DATA.
static ANSWERED_BY_IDLENESS: [&Check; 3] =
    [&checks::SNP_TCB_MINIMUM, &checks::SNP_MEASUREMENT, &checks::SNP_REPORT_DATA];

/// Adds what a policy requires and nobody looked at, and a word for every empty link. What a
/// policy names was asked for: evidence to which it does not apply does not answer it.
fn completed(mut findings: Vec<Finding>, policy: &Policy) -> Vec<Finding> {
    for check in &policy.required {
        let own = || findings.iter().filter(|finding| finding.check == *check);
        if own().next().is_none() {
            findings.push(Finding::unknown(check, Why::NotPublished));
        } else if own().all(|f| f.outcome == IDLE) && !ANSWERED_BY_IDLENESS.contains(check) {
            for finding in findings.iter_mut().filter(|finding| finding.check == *check) {
                finding.outcome = Outcome::Unknown(Why::NotPublished);
            }
        }
    }
    for link in LinkId::ALL {
        if !findings.iter().any(|finding| finding.check.link == link) {
            findings.push(Finding::unknown(checks::presence(link), Why::NotPublished));
        }
    }
    findings
}

fn weight(finding: &Finding, policy: &Policy) -> Weight {
    if finding.check.tier == Tier::Authenticity || policy.required.contains(&finding.check) {
        Weight::Required
    } else {
        Weight::Advisory
    }
}

/// What one finding does to the whole.
fn contribution(finding: &Finding, policy: &Policy) -> State {
    match (finding.outcome, weight(finding, policy)) {
        (Outcome::Fail(_), _) => State::Failed,
        (Outcome::Warn(_), _) => State::Warning,
        (Outcome::Pass, _) | (Outcome::Unknown(Why::NotApplicable), _) => State::Verified,
        (Outcome::Unknown(Why::NotPublished), Weight::Required) => State::NotPublished,
        (Outcome::Unknown(_), Weight::Required) => State::Unknown,
        (Outcome::Unknown(_), Weight::Advisory) => State::Verified,
    }
}

fn verdict(findings: &[Finding], policy: &Policy) -> Verdict {
    let worst = findings.iter().map(|f| contribution(f, policy)).max();
    let applies = |f: &&Finding| f.outcome != IDLE;
    let required: Vec<&Finding> =
        findings.iter().filter(|f| weight(f, policy) == Weight::Required).filter(applies).collect();
    let passed = required.iter().filter(|f| matches!(f.outcome, Outcome::Pass | Outcome::Warn(_)));
    let passed = passed.count();
    let state = match worst {
        Some(State::Failed) => State::Failed,
        Some(state) if !policy.required.is_empty() && passed > 0 => state,
        _ => State::Unknown,
    };
    let because = if state == State::Verified {
        Vec::new()
    } else {
        findings
            .iter()
            .filter(|f| contribution(f, policy) == state)
            .map(|f| FindingRef { check: f.check, part: f.part.clone() })
            .collect()
    };
    Verdict { state, because, required: required.len(), passed }
}

/// Every link, in order. A link never stands better than the one it rests on.
fn links(findings: &[Finding], evidence: &[EvidenceItem], policy: &Policy) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for id in LinkId::ALL {
        let mut link = link(id, findings, evidence, policy);
        let broken = links.iter().find(|l| id.rests_on().contains(&l.id) && !holds(l));
        if let (Some(broken), true) = (broken, holds(&link)) {
            link.undermined_by = Some(broken.id);
            link.state = State::Unknown;
        }
        links.push(link);
    }
    refuted_image(&mut links);
    links
}

/// What a signed build says about an image is worth nothing when that build is refused. One that
/// was never published takes nothing away: then others say what the measurement stands for.
fn refuted_image(links: &mut [Link]) {
    let is_refused = |link: &&Link| {
        matches!(link.id, LinkId::Provenance | LinkId::Commit) && link.state == State::Failed
    };
    let refused = links.iter().find(is_refused).map(|link| link.id);
    let image = links.iter_mut().find(|link| link.id == LinkId::Image && holds(link));
    if let (Some(refused), Some(image)) = (refused, image) {
        image.undermined_by = Some(refused);
        image.state = State::Unknown;
    }
}

fn link(id: LinkId, findings: &[Finding], evidence: &[EvidenceItem], policy: &Policy) -> Link {
    let own: Vec<&Finding> = findings.iter().filter(|f| f.check.link == id).collect();
    let worst = own.iter().map(|f| contribution(f, policy)).max().unwrap_or(State::NotPublished);
    let decided = own.iter().any(|f| matches!(f.outcome, Outcome::Pass | Outcome::Warn(_)));
    let state = if worst <= State::Warning && !decided { undecided(&own) } else { worst };
    Link {
        id,
        state,
        undermined_by: None,
        findings: own.into_iter().map(|f| link_finding(f, policy)).collect(),
        evidence: evidence.iter().filter(|e| e.link == id).map(|e| e.id.clone()).collect(),
    }
}

/// The state of a link in which no check came to an answer.
fn undecided(findings: &[&Finding]) -> State {
    let only_absent = findings
        .iter()
        .all(|f| matches!(f.outcome, Outcome::Unknown(Why::NotPublished | Why::NotApplicable)));
    if only_absent { State::NotPublished } else { State::Unknown }
}

fn link_finding(finding: &Finding, policy: &Policy) -> LinkFinding {
    let (outcome, reason, blocked_by) = match finding.outcome {
        Outcome::Pass => ("pass", None, None),
        Outcome::Fail(reason) => ("fail", Some(reason.0), None),
        Outcome::Warn(reason) => ("warn", Some(reason.0), None),
        Outcome::Unknown(Why::Blocked { by }) => ("unknown", Some("blocked"), Some(by)),
        Outcome::Unknown(why) => ("unknown", Some(why.word()), None),
    };
    LinkFinding {
        check: finding.check,
        part: finding.part.clone(),
        step: finding.check.step,
        weight: weight(finding, policy),
        outcome,
        reason,
        blocked_by,
        expected: finding.expected.clone(),
        actual: finding.actual.clone(),
        at: finding.at.clone(),
        basis: finding.check.basis,
    }
}

/// The flags without what rests on a link that does not hold. That a guest may be debugged stays:
/// nobody gains by claiming it.
fn shown(flags: Flags, links: &[Link]) -> Flags {
    let stands = |id| links.iter().any(|link| link.id == id && holds(link));
    let key = if stands(LinkId::KeyBinding) { flags.key } else { KeyFlag::NotShown };
    let keeps = stands(LinkId::Report) || flags.debug == DebugFlag::On;
    let debug = if keeps { flags.debug } else { DebugFlag::Unknown };
    Flags { key, debug, ..flags }
}

/// The links from root to commit; the key binding is beside them.
fn chain(links: &[Link]) -> impl Iterator<Item = &Link> {
    links.iter().filter(|link| link.id != LinkId::KeyBinding)
}

fn holds(link: &Link) -> bool {
    link.state <= State::Warning
}

fn ends_at(links: &[Link]) -> EndsAt {
    let next = chain(links).find(|link| !holds(link));
    let link = chain(links).take_while(|link| holds(link)).last().map(|link| link.id);
    EndsAt { link, next: next.map(|link| link.id), state: next.map(|link| link.state) }
}

fn assurance(root_of_trust: RootOfTrust, links: &[Link], verdict: State) -> Assurance {
    let shown = |upto: LinkId| chain(links).take_while(|l| l.id <= upto).all(holds);
    let measured = links
        .iter()
        .filter(|link| matches!(link.id, LinkId::Measurements | LinkId::Image))
        .flat_map(|link| &link.findings)
        .any(|f| f.outcome == "pass" && checks::IDENTIFIES_IMAGE.contains(&f.check));
    let level = match root_of_trust {
        _ if verdict == State::Failed => None,
        RootOfTrust::Statement => Some(Level::A1),
        RootOfTrust::BuildOnly => None,
        RootOfTrust::CloudProvider => shown(LinkId::Report).then_some(Level::A2),
        RootOfTrust::CpuVendor if !shown(LinkId::Report) => None,
        RootOfTrust::CpuVendor if shown(LinkId::Commit) && measured => Some(Level::A5),
        RootOfTrust::CpuVendor if shown(LinkId::Measurements) && measured => Some(Level::A4),
        RootOfTrust::CpuVendor => Some(Level::A3),
    };
    let except = match level {
        Some(Level::A4 | Level::A5) => links
            .iter()
            .filter(|link| link.id == LinkId::Image)
            .flat_map(|link| &link.findings)
            .filter(|f| f.outcome == "warn")
            .map(|f| f.check)
            .collect(),
        _ => Vec::new(),
    };
    Assurance { level, root_of_trust, except }
}
