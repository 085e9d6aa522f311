//! Files of The Update Framework beside evidence: which of Sigstore's keys are in force.
//!
//! Keys that were handed over are used only when TUF vouches for them at the moment of the
//! examination. Otherwise those that come with the verifier are in force, and the findings say
//! why.

use crate::endorsements::tuf::Metadata;
use crate::error::Error;
use crate::finding::{Finding, LinkId, Outcome, Why};
use crate::plan;
use crate::report::{EvidenceItem, Wanted};
use crate::time::UnixTime;
use crate::verify::sigstore::{RootSource, TrustedRoot};
use crate::verify::tuf::{Files, verify};

pub use crate::verify::tuf::Instance;
#[cfg(feature = "cli")]
pub use crate::verify::tuf::client;

/// The keys in force, and what is to be said about them.
pub(super) struct InForce {
    pub(super) root: TrustedRoot,
    pub(super) findings: Vec<Finding>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
}

/// Separates TUF's files from other collateral: TUF's first.
pub(super) fn split<'a>(collateral: &[&'a [u8]]) -> (Vec<&'a [u8]>, Vec<&'a [u8]>) {
    collateral.iter().partition(|file| Metadata::is_one(file) || is_trusted_root(file))
}

/// The keys in force at `now`, with `files` as TUF's files at hand. Keys that the reader supplied
/// stay as they are.
pub(super) fn in_force(
    files: &[&[u8]],
    carried: TrustedRoot,
    now: UnixTime,
) -> Result<InForce, Error> {
    let instance = match carried.source() {
        RootSource::Embedded => Instance::PublicGood,
        RootSource::GitHub => Instance::GitHub,
        RootSource::Simulated => Instance::Simulated,
        RootSource::SimulatedGitHub | RootSource::Refreshed | RootSource::Supplied => {
            return Ok(InForce {
                root: carried,
                findings: Vec::new(),
                evidence: Vec::new(),
                wanted: Vec::new(),
            });
        }
    };
    let mut sorted = Files::default();
    for file in files {
        if Metadata::is_one(file) {
            sorted.metadata.push(Metadata::parse(file)?);
        } else {
            sorted.targets.push(file);
        }
    }
    let refresh = verify(instance, &sorted, now);
    let mut findings = refresh.findings;
    let mut evidence = Vec::new();
    let mut root = carried;
    if let Some(target) = &refresh.verified {
        root = TrustedRoot::refreshed(target)?;
        let bytes = target.bytes();
        evidence.push(EvidenceItem::new(
            "sigstore-trusted-root",
            "json",
            LinkId::Provenance,
            bytes,
            Vec::new(),
        ));
    }
    if files.is_empty() {
        let blocked =
            |finding: &Finding| matches!(finding.outcome, Outcome::Unknown(Why::Blocked { .. }));
        findings.retain(|finding| !blocked(finding));
    }
    let wanted = match &refresh.verified {
        Some(_) => Vec::new(),
        None => plan::tuf(instance, refresh.root_version, refresh.next),
    };
    Ok(InForce { root, findings, evidence, wanted })
}

/// Whether `file` looks like a trusted root of Sigstore's: JSON that names itself so.
fn is_trusted_root(file: &[u8]) -> bool {
    const NAME: &[u8] = b"application/vnd.dev.sigstore.trustedroot";
    file.trim_ascii_start().starts_with(b"{") && file.windows(NAME.len()).any(|at| at == NAME)
}
