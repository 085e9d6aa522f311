//! Build provenance by Google Cloud Build: on its own, or beside a machine's evidence.

use super::image::Files;
use super::snp::to_blame;
use crate::appraise::provenance as appraise;
use crate::bytes::Span;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::endorsements::gcb::Provenance;
use crate::error::Error;
use crate::finding::{Finding, LinkId};
use crate::policy::Policy;
use crate::report::{Draft, EvidenceItem, Part, RootOfTrust, Subject};
use crate::verify::gcb as verify;

/// The findings about one document, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    /// Whether every statement was verified.
    pub(super) is_verified: bool,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
}

/// A document on its own. The image that the reader asks about is the policy's artifact, or else
/// a manifest or index among the files; without one, the statement's subjects stay the reader's
/// to compare.
pub(super) fn examine(input: &[u8], files: &[&[u8]], policy: &Policy) -> Result<Draft, Error> {
    let (files, others) = Files::of(files)?;
    if let Some(other) = others.iter().chain(&files.builds).next() {
        let whole = Span::new(0, other.len());
        let why = "beside a build's provenance, only image manifests and indexes are used";
        return Err(Error::malformed("collateral file", whole, why));
    }
    let image = files.only_image();
    let mut findings = image.findings;
    let digests = match policy.sigstore.artifact {
        Some(artifact) => artifact.sha256.into_iter().collect(),
        None => image.digests,
    };
    let examined = provenance(input, &digests, policy)?;
    findings.extend(examined.findings);
    let mut evidence = image.evidence;
    evidence.extend(examined.evidence);
    let subject = Subject {
        kind: "cloud-build-provenance",
        name: None,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft {
        part: Part { findings, claims: examined.claims, evidence, ..Part::default() },
        ..Draft::of(subject, RootOfTrust::BuildOnly)
    })
}

/// Verifies and appraises a document about the image that any of `digests` names; with none, the
/// subjects are not compared, and the finding about them is left open.
pub(super) fn provenance(
    bytes: &[u8],
    digests: &[Sha256],
    policy: &Policy,
) -> Result<Examined, Error> {
    let parsed = Provenance::parse(bytes)?;
    let examined = verify::verify(&parsed, policy.roots, digests);
    let mut findings = examined.findings;
    let claims = match &examined.verified {
        Some(builds) => {
            findings.extend(appraise::cloud_build(builds, &parsed, &policy.provenance));
            appraise::cloud_build_claims(builds)
        }
        None => {
            findings.extend(appraise::cloud_build_blocked(to_blame(&findings)));
            Vec::new()
        }
    };
    let evidence = parsed
        .envelopes()
        .iter()
        .enumerate()
        .map(|(number, envelope)| {
            let id = format!("cloud-build-payload-{}", number.saturating_add(1));
            let link = LinkId::Provenance;
            EvidenceItem::new(id, "json", link, &envelope.payload, Vec::new())
        })
        .collect();
    Ok(Examined { findings, is_verified: examined.verified.is_some(), claims, evidence })
}
