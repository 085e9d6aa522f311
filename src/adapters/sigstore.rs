//! A Sigstore bundle: on its own, or as a part of a service's bundle.

use crate::appraise::provenance;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::endorsements::sigstore::{Bundle, Content};
use crate::error::Error;
use crate::finding::{Finding, LinkId};
use crate::pki::Cert;
use crate::pki::anchors::Roots;
use crate::policy::Policy;
use crate::report::{Draft, EvidenceItem, RootOfTrust, Subject};
use crate::time::UnixTime;
use crate::verify::sigstore::{self as verify, Artifact, TrustedRoot, VerifiedStatement};

use super::snp::{certificate, to_blame};

/// The findings about one bundle, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) verified: Option<VerifiedStatement>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
}

/// A bundle on its own.
pub(super) fn examine(input: &[u8], policy: &Policy, now: UnixTime) -> Result<Draft, Error> {
    let examined = bundle(input, None, policy, now)?;
    let subject = Subject {
        kind: "sigstore-bundle",
        name: None,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft {
        findings: examined.findings,
        claims: examined.claims,
        evidence: examined.evidence,
        ..Draft::of(subject, RootOfTrust::BuildOnly)
    })
}

/// Verifies and appraises a bundle about `artifact`, when its digest is known.
pub(super) fn bundle(
    bytes: &[u8],
    artifact: Option<Sha256>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let mut examined = signed(bytes, artifact, policy.roots, now)?;
    match &examined.verified {
        Some(statement) => {
            examined.findings.extend(provenance::provenance(statement, &policy.provenance));
            examined.claims = provenance::claims(statement);
        }
        None => examined.findings.extend(provenance::blocked(to_blame(&examined.findings))),
    }
    Ok(examined)
}

/// Verifies a bundle, without a word on who signed it.
pub(super) fn signed(
    bytes: &[u8],
    artifact: Option<Sha256>,
    roots: Roots,
    now: UnixTime,
) -> Result<Examined, Error> {
    let bundle = Bundle::parse(bytes)?;
    let root = match roots {
        Roots::Vendor => TrustedRoot::embedded()?,
        Roots::Simulated => TrustedRoot::simulated()?,
    };
    let examined = verify::verify(&bundle, &root, artifact.map(Artifact::Sha256), now);
    Ok(Examined {
        findings: examined.findings,
        verified: examined.verified,
        claims: Vec::new(),
        evidence: evidence(&bundle),
    })
}

fn evidence(bundle: &Bundle) -> Vec<EvidenceItem> {
    let link = LinkId::Provenance;
    let mut evidence = Vec::new();
    if let Some(cert) =
        bundle.certificate().and_then(|der| Cert::parse("signing certificate", der).ok())
    {
        evidence.push(certificate("sigstore-certificate", link, &cert));
    }
    if let Content::Envelope { payload, .. } = bundle.content() {
        evidence.push(EvidenceItem::new("dsse-payload", "json", link, payload, Vec::new()));
    }
    if let Some((entry, _)) = bundle.log_entries().next() {
        let body = entry.canonicalized_body.as_bytes();
        evidence.push(EvidenceItem::new("rekor-body", "json", link, body, Vec::new()));
    }
    evidence
}
