//! What an adapter hands over for appraisal: findings, claims, evidence and flags.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::claims::{Claim, Stated};
use crate::digest::Sha256;
use crate::evidence::Field;
use crate::finding::{Check, Finding, LinkId};

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
    /// What the subject says about itself, beside what was derived.
    pub stated: Vec<Stated>,
    /// The properties that stand beside the verdict.
    pub flags: Flags,
}

impl Draft {
    /// A draft about `subject` in which nothing was found yet.
    pub fn of(subject: Subject, root_of_trust: RootOfTrust) -> Self {
        Self {
            subject,
            root_of_trust,
            findings: Vec::new(),
            claims: Vec::new(),
            evidence: Vec::new(),
            wanted: Vec::new(),
            stated: Vec::new(),
            flags: Flags::UNKNOWN,
        }
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
    /// Nobody's: nothing is published.
    Nothing,
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
