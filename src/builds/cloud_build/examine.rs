//! Build provenance by Google Cloud Build: on its own, or beside a machine's evidence.

use super::appraise;
use super::parse::Provenance;
use super::verify::{self, VerifiedBuilds};
use crate::builds::provenance;
use crate::builds::provenance::policy::ForBuilds;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{LinkId, to_blame};
use crate::report::{EvidenceItem, Part};

/// What is said about one document, and what of it was verified.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedBuilds>,
}

/// Verifies and appraises a document about the image that any of `digests` names; with none, the
/// subjects are not compared, and the finding about them is left open.
///
/// # Errors
/// When the document is not of its form.
pub(crate) fn provenance(
    bytes: &[u8],
    digests: &[Sha256],
    policy: &dyn ForBuilds,
) -> Result<Examined, Error> {
    let parsed = Provenance::parse(bytes)?;
    let examined = verify::verify(&parsed, policy.roots(), digests);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::provenance(verified, &parsed, policy.provenance()));
            part.claims = appraise::claims(verified);
            part.facts = provenance::appraise::facts(appraise::source(verified));
        }
        None => {
            part.findings.extend(appraise::blocked(to_blame(&part.findings)));
        }
    }
    let envelopes = (1_u32..).zip(parsed.envelopes());
    part.evidence = envelopes
        .map(|(number, envelope)| {
            let id = format!("cloud-build-payload-{number}");
            let link = LinkId::Provenance;
            EvidenceItem::new(id, "json", link, &envelope.payload, Vec::new())
        })
        .collect();
    Ok(Examined { part, verified: examined.verified })
}
