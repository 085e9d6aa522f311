//! Pieces of The Update Framework beside evidence: which of Sigstore's keys are in force.
//!
//! Keys that were handed over are used only when TUF vouches for them at the moment of the
//! examination. Otherwise those that come with the verifier are in force, and the findings say
//! why. Pieces of another repository decide nothing.

use super::verify::{RootSource, TrustedRoot};
use crate::builds::tuf::parse::Metadata;
use crate::builds::tuf::verify::{Files, Instance, verify};
use crate::builds::tuf::{checks, wanted};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, LinkId, Outcome, Why};
use crate::piece::{Piece, Role};
use crate::report::{EvidenceItem, Part};
use crate::time::UnixTime;

/// The keys in force, and what is to be said about them.
pub(crate) struct InForce {
    pub(crate) root: TrustedRoot,
    pub(crate) part: Part,
}

/// The keys in force at `now`, with `pieces` at hand. Keys that the reader supplied stay as they
/// are.
///
/// # Errors
/// When a key list that TUF vouches for cannot be read.
pub(crate) fn in_force(
    pieces: &[Piece<'_>],
    carried: TrustedRoot,
    now: UnixTime,
) -> Result<InForce, Error> {
    let instance = match carried.source() {
        RootSource::Embedded => Instance::PublicGood,
        RootSource::GitHub => Instance::GitHub,
        RootSource::Simulated => Instance::Simulated,
        RootSource::SimulatedGitHub | RootSource::Refreshed | RootSource::Supplied => {
            return Ok(InForce { root: carried, part: Part::default() });
        }
    };
    let mut part = Part::default();
    let mut files = Files::default();
    for piece in pieces {
        match piece.role {
            Role::TufMetadata => match Metadata::parse(piece.bytes) {
                Ok(metadata) => files.metadata.push(metadata),
                Err(error) => part.findings.push(unread(piece, &error)),
            },
            Role::TrustedRoot => match TrustedRoot::from_json(piece.bytes) {
                Ok(list) if list.is_akin(&carried) => files.targets.push(piece.bytes),
                Ok(_) => {}
                Err(error) => part.findings.push(unread(piece, &error)),
            },
            _ => {}
        }
    }
    let refresh = verify(instance, &files, now);
    let used = |piece: &&Piece<'_>| refresh.used.contains(&Sha256::of(piece.bytes));
    pieces.iter().filter(used).for_each(Piece::used);
    part.findings.extend(refresh.findings);
    let root = match &refresh.verified {
        Some(target) => {
            let (id, link) = ("sigstore-trusted-root", LinkId::Provenance);
            part.evidence.push(EvidenceItem::new(id, "json", link, target.bytes(), Vec::new()));
            TrustedRoot::refreshed(target)?
        }
        None => {
            part.wanted = wanted::tuf(instance, refresh.root_version, refresh.next);
            carried
        }
    };
    if refresh.used.is_empty() && files.targets.is_empty() {
        let blocked =
            |finding: &Finding| matches!(finding.outcome, Outcome::Unknown(Why::Blocked { .. }));
        part.findings.retain(|finding| !blocked(finding));
    }
    Ok(InForce { root, part })
}

/// A piece that cannot be read.
fn unread(piece: &Piece<'_>, error: &Error) -> Finding {
    piece.unreadable();
    let finding = Finding::unknown(&checks::TUF_FILE, Why::NotSupported);
    finding.part(piece.name.to_owned()).actual(error.to_string())
}
