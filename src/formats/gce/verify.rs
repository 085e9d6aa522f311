//! Google's endorsements of firmware: from a root that the reader names to the signed document.

use super::checks;
use super::parse::LaunchEndorsement;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::digest::Sha256;
use crate::finding::{Examined, Finding, Promise, Value, Why};
use crate::pki::chain::{self, Checked, Rules};
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

/// The evidence id under which an endorsement is shown.
pub(crate) const ENDORSEMENT: &str = "firmware-endorsement";

/// The least modulus that is accepted, in bits (NIST SP 800-131A). Google's are 4096 bits long.
const MINIMUM_RSA_BITS: usize = 2048;

static CHAIN: Checked = Checked {
    rules: Rules {
        key: |kind| matches!(kind, KeyKind::Rsa(bits) if *bits >= MINIMUM_RSA_BITS),
        algorithm: None,
        signs_documents: true,
    },
    role: &checks::GCE_CHAIN_ROLE,
    signature: &checks::GCE_CHAIN_SIGNATURE,
    validity: &checks::GCE_CHAIN_VALIDITY,
};

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
    let known: Vec<&Cert<'_>> = bundle.iter().filter(|cert| !cert.names_issuer(cert)).collect();
    let path = chain::path(&endorsement.certificate, &known, &roots);
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
        let part = if is_root { "root".to_owned() } else { chain::part("signer", number) };
        findings.push(CHAIN.role(cert, number).part(part));
    }
    for (number, cert) in path.iter().enumerate() {
        let above = whole.get(number.saturating_add(1)).copied();
        findings.push(match above {
            Some(issuer) => CHAIN.signed(cert, issuer).part(chain::part("signer", number)),
            None => Finding::blocked(&checks::GCE_CHAIN_SIGNATURE, &checks::GCE_ROOT)
                .part(chain::part("signer", number)),
        });
    }
    for (number, cert) in whole.iter().enumerate() {
        let is_root = root.is_some() && number.saturating_add(1) == count;
        let part = if is_root { "root".to_owned() } else { chain::part("signer", number) };
        findings.push(CHAIN.valid(cert, now).part(part));
    }
    findings.push(signature(endorsement));
    let verified = PROMISE.keep(&findings, || VerifiedEndorsement { endorsement });
    Examined { findings, verified }
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
        .within(ENDORSEMENT, at)
}
