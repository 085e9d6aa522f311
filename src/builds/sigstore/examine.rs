//! A Sigstore bundle: on its own, or as a part of a service's bundle.

use super::appraise;
use super::checks;
use super::parse::{Bundle, Content};
use super::verify;
use super::verify::{Artifact, ManagedKey, TrustedRoot, VerifiedStatement};
use crate::builds::image;
use crate::builds::image::artifact::Asked;
use crate::builds::image::builds::Signed;
use crate::builds::image::follow::Files;
use crate::builds::provenance;
use crate::builds::tuf;
use crate::builds::tuf::examine::InForce;
use crate::digest::Sha256;
use crate::engine::policy::Policy;
use crate::error::Error;
use crate::finding::{Finding, LinkId};
use crate::formats::snp::examine::{certificate, to_blame};
use crate::piece;
use crate::piece::{Piece, Role};
use crate::pki::Cert;
use crate::pki::anchors::Roots;
use crate::report::{Draft, EvidenceItem, Part, RootOfTrust, Subject};
use crate::time::UnixTime;

/// What is said about one bundle, and the statement when every step was verified.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedStatement>,
}

/// A bundle on its own, or with the manifest of the image that it is about. `input` is the file in
/// which the bundle came.
pub(crate) fn examine(
    input: &[u8],
    bundle: &[u8],
    beside: &[Piece<'_>],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let files = Files::of(&piece::of(beside, &[Role::ImageDocument]));
    let asked = Asked::of(policy, &files, &Signed::bundle(bundle)?.subjects);
    let tuf = piece::of(beside, tuf::ROLES);
    let Examined { mut part, verified } = bundle_with(bundle, asked.artifact, &tuf, policy, now)?;
    part.absorb(asked.part);
    let subject = Subject {
        kind: "sigstore-bundle",
        name: None,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft { part, ..Draft::of(subject, root_of_trust(verified.as_ref())) })
}

/// Whose word a statement on its own begins with: a build service's, or that of whoever has a key
/// which the policy names.
pub(crate) fn root_of_trust(verified: Option<&VerifiedStatement>) -> RootOfTrust {
    match verified.and_then(VerifiedStatement::key) {
        Some(_) => RootOfTrust::PolicyKey,
        None => RootOfTrust::BuildOnly,
    }
}

/// As [`bundle_with`], with Sigstore's keys as they come with the verifier.
pub(crate) fn bundle(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    bundle_with(bytes, artifact, &[], policy, now)
}

/// Verifies and appraises a bundle about `artifact`, when it is known. `tuf` are pieces that may
/// bring newer keys of Sigstore's into force.
pub(crate) fn bundle_with(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    tuf: &[Piece<'_>],
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let mut examined = signed(bytes, artifact, tuf, policy, now)?;
    let part = &mut examined.part;
    match &examined.verified {
        Some(statement) => {
            part.findings.push(appraise::public_log(statement, policy.sigstore.no_public_log));
            part.findings.extend(match statement.key() {
                None => provenance::appraise::provenance(statement, &policy.provenance),
                Some(_) => provenance::appraise::without_certificate(),
            });
            part.claims.extend(provenance::appraise::claims(statement));
            part.claims.extend(appraise::claims(statement));
            part.facts = image::builds::facts(provenance::appraise::source(statement));
        }
        None => {
            let blame = to_blame(&part.findings);
            part.findings.push(Finding::blocked(&checks::SIGSTORE_PUBLIC_LOG, blame));
            part.findings.extend(provenance::appraise::blocked(blame));
        }
    }
    Ok(examined)
}

/// Verifies a bundle, without a word on who signed it.
pub(crate) fn signed(
    bytes: &[u8],
    artifact: Option<Artifact<'_>>,
    tuf: &[Piece<'_>],
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let bundle = Bundle::parse(bytes)?;
    let InForce { root, mut part } = tuf::examine::in_force(tuf, root(&bundle, policy)?, now)?;
    let keys = policy.sigstore.keys.iter().map(|pem| ManagedKey::from_pem(pem));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify_with_keys(&bundle, &root, &keys, artifact, now);
    part.findings.extend(examined.findings);
    part.simulated = root.is_simulated();
    part.evidence.splice(0..0, evidence(&bundle));
    Ok(Examined { part, verified: examined.verified })
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
