//! What an adapter hands over for appraisal: findings, claims, evidence and flags.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::Filed;
use crate::claims::{Claim, Stated};
use crate::digest::{Sha256, Sha384};
use crate::finding::{Check, Finding, LinkId, Outcome, Why};
use crate::time::UnixTime;
use crate::wire::Field;

/// What an examination of one thing found, before a policy decides what it means.
///
/// Everything that is said about a machine, a GPU, an image or a build is in one of these, so that
/// nothing is left behind when several are put together.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Every finding, in the order of the checklists.
    pub findings: Vec<Finding>,
    /// Values that verified evidence states, each with the link that shows it: for showing.
    pub claims: Vec<Claim>,
    /// The evidence bytes.
    pub evidence: Vec<EvidenceItem>,
    /// What would decide checks that are open now.
    pub wanted: Vec<Wanted>,
    /// What the subject says about itself, beside what was derived.
    pub stated: Vec<Stated>,
    /// The properties that stand beside the verdict.
    pub flags: Flags,
    /// Values of verified evidence that other parts are compared with.
    pub facts: Facts,
    /// The files that were handed in.
    pub files: Vec<Filed>,
    /// When somebody recorded the session, where it is known by a recording alone.
    pub recorded_at: Option<UnixTime>,
    /// The address that was asked, where there was a session; never a name that evidence gives
    /// itself.
    pub asked: Option<String>,
    /// Whether a root of the simulated vendors was met.
    pub simulated: bool,
}

impl Part {
    /// Findings and nothing else.
    pub fn of(findings: impl IntoIterator<Item = Finding>) -> Self {
        Self { findings: findings.into_iter().collect(), ..Self::default() }
    }

    /// Takes over everything that is said in `other`, but for the flags, which are of one machine.
    pub(crate) fn absorb(&mut self, other: Self) {
        let Self {
            findings,
            claims,
            evidence,
            wanted,
            stated,
            flags: _,
            facts,
            files,
            recorded_at,
            asked,
            simulated,
        } = other;
        self.findings.extend(findings);
        self.claims.extend(claims);
        self.evidence.extend(evidence);
        self.wanted.extend(wanted);
        self.stated.extend(stated);
        self.facts.0.extend(facts.0);
        self.files.extend(files);
        self.recorded_at = self.recorded_at.or(recorded_at);
        self.asked = self.asked.take().or(asked);
        self.simulated |= simulated;
    }

    /// Says of everything that it is about `name`; an empty name changes nothing.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        if name.is_empty() {
            return self;
        }
        let part = |part: Option<Cow<'static, str>>| {
            Some(Cow::Owned(match part {
                Some(part) => format!("{name}: {part}"),
                None => name.to_owned(),
            }))
        };
        let id = |id: &Cow<'static, str>| Cow::Owned(format!("{}-{id}", name.replace(' ', "-")));
        for finding in &mut self.findings {
            finding.part = part(finding.part.take());
            if let Some(at) = &mut finding.at {
                at.evidence = id(&at.evidence);
            }
        }
        for claim in &mut self.claims {
            claim.part = part(claim.part.take());
        }
        for item in &mut self.evidence {
            item.id = id(&item.id);
        }
        for (about, _) in &mut self.facts.0 {
            *about = part(about.take());
        }
        self
    }

    /// Whether every finding of `check` that applies passed, and there is one.
    pub fn passed(&self, check: &Check) -> bool {
        let own = || self.findings.iter().filter(|finding| finding.check == check);
        own().any(Finding::passed) && own().all(|f| f.passed() || f.outcome == IDLE)
    }
}

const IDLE: Outcome = Outcome::Unknown(Why::NotApplicable);

/// Values of verified evidence, each with the thing it is about when there are several. A value is
/// here only when the checks that its type promises have passed.
#[derive(Clone, Debug, Default)]
pub struct Facts(pub Vec<(Option<Cow<'static, str>>, Fact)>);

/// A value that verified evidence states, for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// MEASUREMENT of an SEV-SNP report.
    SnpMeasurement(Sha384),
    /// MRTD of a TDX quote.
    Mrtd(Sha384),
    /// RTMR0 to RTMR3 of a TDX quote.
    Rtmr([Sha384; 4]),
    /// REPORT_DATA of a report or quote.
    ReportData([u8; 64]),
    /// The digest of an image that is shown to run, or that a verified log or token names.
    Image(Sha256),
    /// The hash of the app-compose file that a measured log or document names.
    ComposeHash(Sha256),
    /// The id of the application that a measured log or document names, in hex.
    App(String),
    /// The commit that a verified build names.
    Commit(String),
    /// The repository that a verified build names.
    Repository(String),
    /// The git ref that a verified build names.
    Reference(String),
    /// The workflow that a verified build ran.
    Workflow(Placed),
    /// The workflow that signed a verified build.
    Signer(Placed),
    /// The first moment at which the signature over a verified build was seen.
    SignedAt(UnixTime),
    /// SHA-256 of a public key (SubjectPublicKeyInfo, DER) that the evidence names.
    Key(Sha256),
}

/// A file that a verified build names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where it is: `repository/path@ref`, or a path in the build's own repository.
    pub uri: String,
    /// The commit that it was taken from, where one is named.
    pub commit: Option<String>,
}

impl Facts {
    /// Adds a fact about the one thing that is examined.
    pub fn add(&mut self, fact: Fact) {
        self.0.push((None, fact));
    }

    /// Every fact with what it is about.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, &Fact)> {
        self.0.iter().map(|(part, fact)| (part.as_deref(), fact))
    }
}

/// What was examined, and what an examination found.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What was examined.
    pub subject: Subject,
    /// Whose word the chain begins with.
    pub root_of_trust: RootOfTrust,
    /// What was found.
    pub part: Part,
}

impl Draft {
    /// A draft about `subject` in which nothing was found yet.
    pub fn of(subject: Subject, root_of_trust: RootOfTrust) -> Self {
        Self { subject, root_of_trust, part: Part::default() }
    }
}

impl Deref for Draft {
    type Target = Part;

    fn deref(&self) -> &Part {
        &self.part
    }
}

impl DerefMut for Draft {
    fn deref_mut(&mut self) -> &mut Part {
        &mut self.part
    }
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

impl Subject {
    /// An input that gives itself no name.
    pub fn of(kind: &'static str, input: &[u8]) -> Self {
        Self { kind, name: None, sha256: Sha256::of(input), len: input.len() }
    }

    /// The same with the name that it gives itself.
    pub fn named(self, name: Option<String>) -> Self {
        Self { name, ..self }
    }
}

/// Whose word the chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RootOfTrust {
    /// The maker of the CPU.
    CpuVendor,
    /// A cloud provider (vTPM, plain SEV, Shielded VM).
    CloudProvider,
    /// A statement: of the operator, of the platform, or of a service that says so in a token.
    Statement,
    /// A root that the policy names: whoever wrote the policy vouches for it, and no vendor.
    PolicyRoot,
    /// A key that the policy names.
    PolicyKey,
    /// A build service only: there is no hardware evidence.
    BuildOnly,
    /// Nobody's: nothing is published.
    Nothing,
    /// Nobody's: no answer was read, or nothing at hand says whose key signed.
    Unknown,
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
    /// Whether the operator changed how the measured workload is started.
    pub overrides: Overrides,
}

impl Default for Flags {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl Flags {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        key: KeyFlag::NotShown,
        custody: Custody::NotStated,
        freshness: Freshness::None,
        debug: DebugFlag::Unknown,
        overrides: Overrides::NotShown,
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
    /// It answers a challenge that the policy or the recorded exchange names.
    Challenge,
    /// It answers a challenge that came along with it: whoever chose that challenge, and when.
    Given,
    /// It was made earlier, and not for this reader.
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

/// Whether the operator changed how the measured workload is started: its command, its arguments
/// or its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overrides {
    /// Verified evidence lists them; the claims name each.
    Present,
    /// Verified evidence says that there are none.
    None,
    /// The evidence does not say.
    NotShown,
}
