//! A Sigstore bundle: on its own, or as a part of a service's bundle.

use crate::appraise::{provenance, sigstore as appraise};
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::endorsements::sigstore::{Bundle, Content};
use crate::endorsements::tuf::Metadata;
use crate::error::Error;
use crate::finding::{Finding, LinkId, checks};
use crate::pki::Cert;
use crate::pki::anchors::Roots;
use crate::policy::Policy;
use crate::report::{Draft, EvidenceItem, Part, RootOfTrust, Subject, Wanted};
use crate::time::UnixTime;
use crate::verify::sigstore::{
    self as verify, Artifact, ManagedKey, TrustedRoot, VerifiedStatement,
};

use super::artifact::artifact;
use super::image::Files;
use super::snp::{certificate, to_blame};
use super::tuf;

/// The findings about one bundle, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) verified: Option<VerifiedStatement>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
}

/// A bundle on its own, or with the manifest of the image that it is about.
pub(super) fn examine(
    input: &[u8],
    files: &[&[u8]],
    tuf: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let image = Files::of(files)?.0.only_image();
    let mut examined = bundle_with(input, artifact(policy, input, &image), tuf, policy, now)?;
    examined.findings.extend(image.findings);
    // With TUF's metadata beside it, TUF's findings say what became of it.
    if !tuf.iter().any(|file| Metadata::is_one(file)) {
        examined.findings.extend(offered_roots(tuf));
    }
    examined.evidence.extend(image.evidence);
    let subject = Subject {
        kind: "sigstore-bundle",
        name: None,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft {
        part: Part {
            findings: examined.findings,
            claims: examined.claims,
            evidence: examined.evidence,
            wanted: examined.wanted,
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::BuildOnly)
    })
}

/// As [`bundle_with`], with Sigstore's keys as they come with the verifier.
pub(super) fn bundle(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    bundle_with(bytes, artifact, &[], policy, now)
}

/// Verifies and appraises a bundle about `artifact`, when it is known. `tuf` are files that may
/// bring newer keys of Sigstore's into force.
pub(super) fn bundle_with(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    tuf: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let mut examined = signed(bytes, artifact, tuf, policy, now)?;
    let findings = &mut examined.findings;
    match &examined.verified {
        Some(statement) => {
            findings.push(appraise::public_log(statement, policy.sigstore.no_public_log));
            findings.extend(match statement.key() {
                None => provenance::provenance(statement, &policy.provenance),
                Some(_) => provenance::without_certificate(),
            });
            examined.claims.extend(provenance::claims(statement));
            examined.claims.extend(appraise::claims(statement));
        }
        None => {
            let blame = to_blame(findings);
            findings.push(Finding::blocked(&checks::SIGSTORE_PUBLIC_LOG, blame));
            findings.extend(provenance::blocked(blame));
        }
    }
    Ok(examined)
}

/// Verifies a bundle, without a word on who signed it.
pub(super) fn signed(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    tuf: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let bundle = Bundle::parse(bytes)?;
    let in_force = tuf::in_force(tuf, root(&bundle, policy)?, now)?;
    let keys = policy.sigstore.keys.iter().map(|pem| ManagedKey::from_pem(pem));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify_with_keys(&bundle, &in_force.root, &keys, artifact, now);
    let mut findings = in_force.findings;
    findings.extend(examined.findings);
    Ok(Examined {
        findings,
        verified: examined.verified,
        claims: Vec::new(),
        evidence: [evidence(&bundle), in_force.evidence].concat(),
        wanted: in_force.wanted,
    })
}

/// Sigstore's keys: those of the policy, or else of the instance that issued the certificate.
/// What the bundle says about itself chooses nothing: without a certificate, or with one that no
/// shipped root issued, it is the public-good instance, under which such a certificate fails.
fn root(bundle: &Bundle, policy: &Policy) -> Result<TrustedRoot, Error> {
    if let Some(json) = &policy.sigstore.trusted_root {
        return TrustedRoot::from_json(json);
    }
    let (public, other): (_, fn() -> Result<TrustedRoot, Error>) = match policy.roots {
        Roots::Vendor => (TrustedRoot::embedded()?, TrustedRoot::github),
        Roots::Simulated => (TrustedRoot::simulated()?, TrustedRoot::simulated_github),
    };
    let Some(certificate) = bundle.certificate() else { return Ok(public) };
    if public.has_issued(certificate) {
        return Ok(public);
    }
    let other = other()?;
    Ok(if other.has_issued(certificate) { other } else { public })
}

/// A word for each trusted root among the files: whose keys count is the reader's to say, in the
/// policy, and never that of what comes with the evidence.
fn offered_roots(files: &[&[u8]]) -> Vec<Finding> {
    let is_root = |file: &&&[u8]| TrustedRoot::from_json(file).is_ok();
    let number = files.iter().filter(is_root).count();
    let finding = Finding::warn(&checks::SIGSTORE_TRUSTED_ROOT, "offered");
    (number > 0).then(|| finding.part("file beside the evidence")).into_iter().collect()
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
