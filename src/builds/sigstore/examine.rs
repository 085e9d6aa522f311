//! A Sigstore bundle: on its own, or as a part of a service's bundle.

use super::parse::{Bundle, Content, RekorAnswer};
use super::renew::{self, InForce};
use super::verify::{self, Artifact, ManagedKey, TrustedRoot, VerifiedStatement};
use super::wanted;
use crate::builds::sigstore::policy::ForSigstore;
use crate::error::Error;
use crate::finding::LinkId;
use crate::piece::{Piece, Role};
use crate::pki::Cert;
use crate::pki::anchors::Roots;
use crate::report::{EvidenceItem, Part, RootOfTrust, certificate};
use crate::time::UnixTime;

/// What is said about one bundle, and the statement when every step was verified.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedStatement>,
}

/// Whose word a statement on its own begins with: a build service's, or that of whoever has a key
/// which the policy names.
pub(crate) fn root_of_trust(verified: Option<&VerifiedStatement>) -> RootOfTrust {
    match verified.and_then(VerifiedStatement::key) {
        Some(_) => RootOfTrust::PolicyKey,
        None => RootOfTrust::BuildOnly,
    }
}

/// Verifies a bundle, without a word on who signed it. `bytes` are what it was read from, and `beside`
/// are pieces that may bring newer keys of Sigstore's into force, and answers of the log's.
pub(crate) fn signed(
    bytes: &[u8],
    bundle: Bundle,
    artifact: Option<Artifact<'_>>,
    beside: &[Piece<'_>],
    policy: &dyn ForSigstore,
    now: UnixTime,
) -> Result<Examined, Error> {
    let (bundle, answers) = completed(bytes, bundle, beside);
    let InForce { root, mut part } = renew::in_force(beside, root(&bundle, policy)?, now)?;
    if let (true, Content::Envelope { payload, .. }) = (bundle.leaves_out_log(), bundle.content()) {
        part.wanted.extend(wanted::rekor(payload, &answers, &root));
    }
    let keys = policy.sigstore().keys.iter().map(|pem| ManagedKey::from_pem(pem));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify_with_keys(&bundle, &root, &keys, artifact, now);
    part.findings.extend(examined.findings);
    part.simulated = root.is_simulated();
    part.evidence.splice(0..0, evidence(&bundle));
    Ok(Examined { part, verified: examined.verified })
}

/// The bundle, with the log's entry where the bundle's packing leaves it out and an answer at hand
/// has it. The answers are handed back.
fn completed(bytes: &[u8], bundle: Bundle, beside: &[Piece<'_>]) -> (Bundle, Vec<RekorAnswer>) {
    let mut answers = Vec::new();
    let (true, Content::Envelope { payload, .. }) = (bundle.leaves_out_log(), bundle.content())
    else {
        return (bundle, answers);
    };
    for piece in beside.iter().filter(|piece| piece.role == Role::RekorAnswer) {
        let Some(answer) = RekorAnswer::of(piece.bytes) else { continue };
        if let RekorAnswer::Entries(entries) = &answer {
            let own = entries.iter().find(|own| own.is_about(payload, bundle.signature()));
            if let Some(entry) = own {
                match Bundle::read_with(bytes, Some(entry)) {
                    Ok(whole) => {
                        piece.used();
                        return (whole, Vec::new());
                    }
                    Err(_) => piece.unreadable(),
                }
            }
        }
        answers.push(answer);
    }
    (bundle, answers)
}

/// Sigstore's keys: those of the policy, or else of the instance that issued the certificate.
/// What the bundle says about itself chooses nothing: without a certificate, or with one that no
/// shipped root issued, it is the public-good instance, under which such a certificate fails.
fn root(bundle: &Bundle, policy: &dyn ForSigstore) -> Result<TrustedRoot, Error> {
    if let Some(json) = &policy.sigstore().trusted_root {
        return supplied(bundle, json);
    }
    let (public, other): (_, fn() -> Result<TrustedRoot, Error>) = match policy.roots() {
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

/// Keys that were supplied: of several roots, one a line, the one that issued the bundle's
/// certificate, or else the first.
fn supplied(bundle: &Bundle, json: &[u8]) -> Result<TrustedRoot, Error> {
    let roots = TrustedRoot::supplied(json)?;
    let issued = |root: &TrustedRoot| bundle.certificate().is_some_and(|own| root.has_issued(own));
    let own = roots.iter().position(issued).unwrap_or_default();
    roots.into_iter().nth(own).ok_or(Error::Missing { what: "a trusted root" })
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
