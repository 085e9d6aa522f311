//! Build provenance by Google Cloud Build: on its own, or beside a machine's evidence.

use super::parse::Provenance;
use super::verify;
use super::verify::VerifiedBuilds;
use crate::builds::image;
use crate::builds::image::artifact::Asked;
use crate::builds::image::builds::Signed;
use crate::builds::image::follow::Files;
use crate::builds::provenance::appraise;
use crate::digest::Sha256;
use crate::engine::policy::Policy;
use crate::error::Error;
use crate::finding::LinkId;
use crate::formats::snp::examine::to_blame;
use crate::piece;
use crate::piece::{Piece, Role};
use crate::report::{Draft, EvidenceItem, Part, RootOfTrust, Subject};

/// What is said about one document, and what of it was verified.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedBuilds>,
}

/// A document on its own. The image that the reader asks about is the policy's artifact, or else
/// one whose manifest or index is at hand and that the statement is about; without either, the
/// statement's subjects stay the reader's to compare.
pub(crate) fn examine(input: &[u8], beside: &[Piece<'_>], policy: &Policy) -> Result<Draft, Error> {
    let files = Files::of(&piece::of(beside, &[Role::ImageDocument]));
    let asked = Asked::of(policy, &files, &Signed::cloud_build(input)?.subjects);
    let mut part = asked.part;
    let examined = provenance(input, &asked.digests, policy)?;
    part.absorb(examined.part);
    let subject = Subject {
        kind: "cloud-build-provenance",
        name: None,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::BuildOnly) })
}

/// Verifies and appraises a document about the image that any of `digests` names; with none, the
/// subjects are not compared, and the finding about them is left open.
///
/// # Errors
/// When the document is not of its form.
pub(crate) fn provenance(
    bytes: &[u8],
    digests: &[Sha256],
    policy: &Policy,
) -> Result<Examined, Error> {
    let parsed = Provenance::parse(bytes)?;
    let examined = verify::verify(&parsed, policy.roots, digests);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::cloud_build(verified, &parsed, &policy.provenance));
            part.claims = appraise::cloud_build_claims(verified);
            part.facts = image::builds::facts(appraise::cloud_build_source(verified));
        }
        None => {
            part.findings.extend(appraise::cloud_build_blocked(to_blame(&part.findings)));
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
