//! Google's endorsements of firmware: from a root that the reader names to the signed document.
//!
//! Shown, when every check passes: a key below a root certificate that the reader's policy names
//! signed this endorsement. Not shown: that the root is Google's, for which the reader's policy is
//! the only word (this verifier carries no copy of it), that no certificate was revoked (Google
//! publishes no list of this authority's), and that the firmware does what it should.

use super::checks;
use super::parse::LaunchEndorsement;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::digest::Sha256;
use crate::finding::{Examined, Finding, Promise, Value, Why};
use crate::pki::dated;
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

/// The evidence id under which an endorsement is shown.
pub(crate) const ENDORSEMENT: &str = "firmware-endorsement";

/// The most certificates between the signer and the root.
const MAX_INTERMEDIATES: usize = 3;

/// The least modulus that is accepted, in bits (NIST SP 800-131A). Google's are 4096 bits long.
const MINIMUM_RSA_BITS: usize = 2048;

/// An endorsement whose signature leads to a root that the reader names.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedEndorsement<'a> {
    endorsement: &'a LaunchEndorsement<'a>,
}

impl<'a> VerifiedEndorsement<'a> {
    /// The endorsement.
    pub(crate) const fn endorsement(&self) -> &'a LaunchEndorsement<'a> {
        self.endorsement
    }
}

/// What [`VerifiedEndorsement`] promises.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::GCE_ROOT,
        &checks::GCE_CHAIN_ROLE,
        &checks::GCE_CHAIN_SIGNATURE,
        &checks::GCE_CHAIN_VALIDITY,
        &checks::GCE_SIGNATURE,
    ],
    where_it_applies: &[],
};

/// Verifies `endorsement` at `now`. A root is one of `accepted` by its SHA-256; its bytes are among
/// `supplied` or in the endorsement's own bundle. No other root counts.
pub(crate) fn verify<'a>(
    endorsement: &'a LaunchEndorsement<'a>,
    supplied: &[Cert<'_>],
    accepted: &[Sha256],
    now: UnixTime,
) -> Examined<VerifiedEndorsement<'a>> {
    let bundle = endorsement.bundle.iter().filter_map(|der| Cert::parse(ENDORSEMENT, der).ok());
    let bundle: Vec<Cert<'_>> = bundle.collect();
    let roots: Vec<&Cert<'_>> = supplied
        .iter()
        .chain(&bundle)
        .filter(|cert| accepted.contains(&cert.fingerprint()))
        .collect();
    let path = path(&endorsement.certificate, &bundle, &roots);
    let last = path.last().copied().unwrap_or(&endorsement.certificate);
    let root = roots.iter().copied().find(|root| last.names_issuer(root));
    let at_hand = |named: &Sha256| roots.iter().any(|root| root.fingerprint() == *named);
    let other = roots.first().filter(|_| accepted.iter().all(at_hand));
    let mut findings = vec![match (root, other) {
        (Some(root), _) => Finding::pass(&checks::GCE_ROOT).expected(fingerprint(root)),
        (None, Some(other)) => Finding::fail(&checks::GCE_ROOT, "wrong-root")
            .expected(fingerprint(other))
            .actual(last.issuer()),
        (None, None) => open(last, supplied.iter().chain(&bundle)),
    }];
    let whole: Vec<&Cert<'_>> = path.iter().copied().chain(root).collect();
    let count = whole.len();
    for (number, cert) in whole.iter().enumerate() {
        let is_root = root.is_some() && number.saturating_add(1) == count;
        let part = if is_root { "root".to_owned() } else { part(number) };
        findings.push(role(cert, number).part(part));
    }
    for (number, cert) in path.iter().enumerate() {
        let above = whole.get(number.saturating_add(1)).copied();
        findings.push(match above {
            Some(issuer) => signed(cert, issuer).part(part(number)),
            None => {
                Finding::blocked(&checks::GCE_CHAIN_SIGNATURE, &checks::GCE_ROOT).part(part(number))
            }
        });
    }
    for (number, cert) in whole.iter().enumerate() {
        let is_root = root.is_some() && number.saturating_add(1) == count;
        let part = if is_root { "root".to_owned() } else { part(number) };
        let validity = cert.validity();
        findings
            .push(dated::dated(&checks::GCE_CHAIN_VALIDITY, validity, now, "expired").part(part));
    }
    findings.push(signature(endorsement));
    let verified = PROMISE.keep(&findings, || VerifiedEndorsement { endorsement });
    Examined { findings, verified }
}

/// The way up from the signer through the bundle, without the root.
fn path<'c, 'd>(
    signer: &'c Cert<'d>,
    bundle: &'c [Cert<'d>],
    roots: &[&Cert<'_>],
) -> Vec<&'c Cert<'d>> {
    let mut path = vec![signer];
    let mut last = signer;
    while path.len() <= MAX_INTERMEDIATES && !roots.iter().any(|root| last.names_issuer(root)) {
        let next = bundle.iter().find(|cert| last.names_issuer(cert) && !cert.names_issuer(cert));
        match next {
            Some(next) if !path.iter().any(|seen| seen.der() == next.der()) => {
                path.push(next);
                last = next;
            }
            _ => break,
        }
    }
    path
}

/// No root that the policy names is at hand; shown is the one that would be next.
fn open<'c, 'd: 'c>(last: &Cert<'_>, mut known: impl Iterator<Item = &'c Cert<'d>>) -> Finding {
    let finding = Finding::unknown(&checks::GCE_ROOT, Why::NotFetched);
    match known.find(|cert| last.names_issuer(cert)) {
        Some(named) => finding.expected(fingerprint(named)),
        None => finding.actual(last.issuer()),
    }
}

fn fingerprint(cert: &Cert<'_>) -> Value {
    Value::hex(cert.fingerprint().0)
}

fn part(number: usize) -> String {
    match number {
        0 => "signer".to_owned(),
        1 => "intermediate".to_owned(),
        number => format!("intermediate-{number}"),
    }
}

/// Whether the certificate with `number` others below it is of the kind that its place asks for.
fn role(cert: &Cert<'_>, number: usize) -> Finding {
    let check = &checks::GCE_CHAIN_ROLE;
    let intermediates = number.saturating_sub(1);
    let most = cert.path_length().map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let reason = match number {
        0 if cert.is_ca() || cert.may_sign_certificates() => Some("is-a-ca"),
        0 if !cert.may_sign_documents() => Some("may-not-sign"),
        1.. if !cert.is_ca() || !cert.may_sign_certificates() => Some("not-a-ca"),
        1.. if most.is_some_and(|most| most < intermediates) => Some("path-length"),
        _ if !matches!(cert.key_kind(), KeyKind::Rsa(bits) if bits >= MINIMUM_RSA_BITS) => {
            Some("wrong-key")
        }
        _ if !cert.unknown_critical_extensions().is_empty() => Some("unknown-extension"),
        _ => None,
    };
    Finding::unless(check, reason).actual(cert.subject())
}

fn signed(cert: &Cert<'_>, issuer: &Cert<'_>) -> Finding {
    let check = &checks::GCE_CHAIN_SIGNATURE;
    Finding::unless(check, dated::unsigned(cert, issuer)).expected(issuer.subject())
}

fn signature(endorsement: &LaunchEndorsement<'_>) -> Finding {
    let verified = crypto::verify(
        Algorithm::RsaPss(Hash::Sha256),
        endorsement.certificate.public_key(),
        Message::Bytes(endorsement.golden),
        Signature::Octets(endorsement.signature),
    );
    let at = endorsement.signature_at;
    Finding::test(&checks::GCE_SIGNATURE, verified.is_ok(), "bad-signature")
        .expected(endorsement.certificate.subject())
        .at(ENDORSEMENT, at.start, at.len)
}
