//! A Sigstore bundle as a statement about a build: who signed it, and what it says.

use super::appraise::{self, facts};
use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::appraise::{claims, public_log};
use crate::builds::sigstore::checks::SIGSTORE_PUBLIC_LOG;
use crate::builds::sigstore::examine::{Examined, signed};
use crate::builds::sigstore::parse::Bundle;
use crate::builds::sigstore::verify::Artifact;
use crate::error::Error;
use crate::finding::{Finding, to_blame};
use crate::piece::Piece;
use crate::time::UnixTime;

/// As [`bundle_with`], with Sigstore's keys as they come with the verifier.
pub(crate) fn bundle(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Result<Examined, Error> {
    bundle_with(bytes, Bundle::read(bytes)?, artifact, &[], policy, now)
}

/// Verifies and appraises a bundle about `artifact`, when it is known. `bytes` are what it was read
/// from, and `beside` are pieces that may bring newer keys of Sigstore's into force, and answers of the
/// log's.
pub(crate) fn bundle_with(
    bytes: &[u8],
    read: Bundle,
    artifact: Option<Artifact<'_>>,
    beside: &[Piece<'_>],
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Result<Examined, Error> {
    let mut examined = signed(bytes, read, artifact, beside, policy, now)?;
    let part = &mut examined.part;
    match &examined.verified {
        Some(statement) => {
            part.findings.push(public_log(statement, policy.sigstore().no_public_log));
            part.findings.extend(match statement.key() {
                None => appraise::provenance(statement, policy.provenance(), now),
                Some(_) => appraise::without_certificate(),
            });
            part.claims.extend(appraise::claims(statement));
            part.claims.extend(claims(statement));
            part.facts = facts(appraise::source(statement));
        }
        None => {
            let blame = to_blame(&part.findings);
            part.findings.push(Finding::blocked(&SIGSTORE_PUBLIC_LOG, blame));
            part.findings.extend(appraise::blocked(blame));
        }
    }
    Ok(examined)
}
