//! The attestation result: what was shown, what was not, and where the chain ends.
//!
//! [`Report::assemble`] folds findings into links and a verdict. It can only lower: no argument
//! makes a failed check pass, and a policy that requires nothing gives [`State::Unknown`].

mod draft;
mod fold;

use std::borrow::Cow;

use serde::Serialize;

pub use crate::claims::{Claim, Standing, Stated};
use crate::digest::Sha256;
pub use crate::evidence::Field;
use crate::finding::{At, Check, LinkId, Outcome, Value, Why};
use crate::policy::{Policy, Roots};
use crate::time::UnixTime;

pub use draft::{
    Custody, DebugFlag, Draft, EvidenceItem, Flags, Freshness, KeyFlag, Overrides, RootOfTrust,
    Subject, Wanted,
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
        let findings = fold::completed(draft.findings, policy);
        let links = fold::links(&findings, &draft.evidence, policy);
        let verdict = fold::verdict(&findings, draft.root_of_trust, policy);
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
            assurance: fold::assurance(draft.root_of_trust, &links, verdict.state),
            verdict,
            ends_at: fold::ends_at(&links),
            flags: fold::shown(draft.flags, &links),
            stated: fold::standing(draft.stated, &links),
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
