//! The attestation result: what was shown, what was not, and where the chain ends.
//!
//! [`Report::assemble`] folds findings into links and a verdict. It can only lower: no argument
//! makes a failed check pass, and a policy that requires nothing gives [`State::Unknown`].

pub mod answer;
mod certificate;
mod fold;
mod part;
mod verdict;

use std::borrow::Cow;

use serde::Serialize;

pub use answer::Answer;

use crate::claims;
pub use crate::claims::{Claim, Standing, Stated};
use crate::digest::Sha256;
pub use crate::finding::Level;
use crate::finding::{At, Check, Finding, LinkId, Outcome, Value, Why};
use crate::pki::anchors::Roots;
use crate::requirements::Requirements;
use crate::time::UnixTime;
pub use crate::wire::Field;

pub(crate) use certificate::certificate;
pub use part::{
    Custody, DebugFlag, Draft, EvidenceItem, Fact, Facts, Flags, Freshness, KeyFlag, Overrides,
    Part, Placed, RootOfTrust, Subject, Wanted,
};

/// The schema that the JSON of a [`Report`] follows.
pub const SCHEMA: &str = "silicon-to-source/report/v1";

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
    /// Every file that was handed in, with what became of it.
    pub files: Vec<Filed>,
    /// When somebody recorded the session that was examined; absent when this process asked, and
    /// when there was no session. Then everything about the session is according to a recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<UnixTime>,
    /// Whether the chain begins with a simulated vendor: then it shows nothing about any
    /// machine.
    pub simulated: bool,
    /// The answer in one line: what it says, of whom, and the worst caveat.
    pub headline: Headline,
    /// What a reader asks first, in six rows, and the one next step.
    pub answer: Answer,
    /// The verdict.
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
    /// What the subject says about itself, beside what the chain derived.
    pub stated: Vec<Stated>,
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

impl Verifier {
    /// This verifier, as it says of itself.
    pub const OWN: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        source_sha256: env!("S2S_SOURCE_SHA256"),
    };
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
    /// How many of those passed, warnings and what the policy allows included.
    pub passed: usize,
    /// What keeps an answer without an open check from counting: `no-least-level`,
    /// `level-not-reached`, `warnings-denied`, `no-link-holds`, `nothing-decided`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<&'static str>,
}

/// The answer in one line.
#[derive(Clone, Debug, Serialize)]
pub struct Headline {
    /// Which sentence it is.
    pub word: Word,
    /// The service, by the address that was asked; absent where nobody was asked. A name that
    /// evidence gives itself is never here.
    pub of: Option<String>,
    /// The worst caveat, which stands in the sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caveat: Option<FindingRef>,
}

/// What a headline says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Word {
    /// A5: a chip, an image and a commit.
    Verified,
    /// A4: a chip and an image.
    VerifiedImage,
    /// A3: a chip, and no known software.
    RealMachine,
    /// A2: a cloud provider says so.
    Provider,
    /// A1: a chain under a root that the policy names.
    PolicyRoot,
    /// A1: a key that the policy names says so.
    PolicyKey,
    /// A1: somebody says so.
    Statement,
    /// A signed build without a machine.
    Build,
    /// Something contradicts.
    Failed,
    /// Nothing is published.
    NotPublished,
    /// The host gave no answer that could be read.
    NoAnswer,
    /// Nothing at hand says whose key signed.
    UnknownKey,
    /// Something is missing, or the policy asks for more.
    Undecided,
}

/// A file that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filed {
    /// Its name, as whoever handed it in calls it.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub len: usize,
    /// What it is, such as `amd-crl`; `unknown` when it is nothing that is known.
    pub what: &'static str,
    /// What became of it.
    pub became: Became,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Became {
    /// It is what was examined.
    Evidence,
    /// The examination used it.
    Used,
    /// It is about something else.
    NotAboutThis,
    /// It could not be read as what it seems to be.
    Unreadable,
    /// It is nothing that is known.
    NotKnown,
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
    /// Links behind the end that hold by themselves, and that nothing ties to this machine.
    pub apart: Vec<LinkId>,
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
    /// The checks that hold and by which it holds. Each has a sentence of its own.
    pub carried_by: Vec<&'static Check>,
    /// Checks that hold and say something more about it.
    pub told_by: Vec<&'static Check>,
    /// The check that compares a value of the link before with a value of this one; without it the
    /// two stand apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_by: Option<&'static Check>,
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
    /// `pass`, `warn`, `allowed`, `unknown` or `fail`.
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

impl Link {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.state <= State::Warning
    }
}

impl Report {
    /// Folds a draft under `policy` for the moment `now`.
    ///
    /// A failed check fails the whole, required or not. An undecided check lowers the whole when
    /// it is required: by the policy, or because it is about authenticity. Required checks that
    /// left no finding, and links without any, are added as not published; so are checks that the
    /// policy names and that have no meaning for this evidence.
    pub fn assemble(draft: Draft, policy: &Requirements<'_>, now: UnixTime) -> Self {
        let Draft { mut subject, root_of_trust, part } = draft;
        // An empty name is none: nothing calls itself so.
        subject.name = subject.name.filter(|name| !name.trim().is_empty());
        // Where nobody gave an answer, nothing was asked of the links.
        let is_unasked = |finding: &Finding| finding.outcome == Outcome::Unknown(Why::NotAsked);
        let absent = match root_of_trust {
            RootOfTrust::Unknown if part.findings.iter().any(is_unasked) => Why::NotAsked,
            _ => Why::NotPublished,
        };
        debug_assert_eq!(
            part.findings.iter().find(|f| !f.check.can(f.outcome)),
            None,
            "no sentence"
        );
        let findings = fold::completed(part.findings, policy, absent);
        let links = fold::links(&findings, &part.evidence, policy);
        let verdict = verdict::verdict(&findings, root_of_trust, policy);
        let level = fold::level(root_of_trust, &links, part.flags.debug, verdict.state);
        let verdict = verdict::held_to(verdict, level, root_of_trust, &links, policy);
        let flags = fold::shown(part.flags, &links);
        let assurance = Assurance { level, root_of_trust, except: fold::except(level, &links) };
        let not_checked = findings
            .iter()
            .filter_map(|finding| match finding.outcome {
                Outcome::Unknown(why) if why != Why::NotApplicable => Some(NotChecked {
                    check: finding.check,
                    part: finding.part.clone(),
                    why: why.word(),
                    weight: fold::weight(finding, policy),
                }),
                _ => None,
            })
            .collect();
        let ends_at = fold::ends_at(&links, level);
        let answer = Answer::of(&answer::Seen {
            links: &links,
            assurance: &assurance,
            flags: &flags,
            verdict: &verdict,
            ends_at: &ends_at,
            claims: &part.claims,
            wanted: &part.wanted,
            asked_here: part.asked.is_some() && part.recorded_at.is_none(),
            is_recorded: part.recorded_at.is_some(),
            is_answered: verdict::is_answered(&links),
        });
        Self {
            schema: SCHEMA,
            headline: verdict::headline(part.asked, &verdict, &assurance, &flags, &links),
            answer,
            subject,
            checked_at: now,
            policy: PolicyRef { name: policy.name.to_owned(), sha256: policy.sha256 },
            verifier: Verifier::OWN,
            files: part.files,
            recorded_at: part.recorded_at,
            simulated: policy.roots == Roots::Simulated || part.simulated,
            verdict,
            ends_at,
            assurance,
            flags,
            stated: fold::standing(part.stated, &links),
            links,
            not_checked,
            claims: part.claims,
            wanted: part.wanted,
            evidence: part.evidence,
        }
    }

    /// The one value that the claims of the source give to `name`; `None` when they give none, or
    /// several that differ.
    pub fn of_source(&self, name: &str) -> Option<String> {
        claims::of_source(&self.claims, name)
    }

    /// The canonical JSON: two-space indentation, members in declaration order, one final
    /// newline.
    pub fn to_json(&self) -> String {
        let mut json = crate::json::indented(self);
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
