//! The certificates above an attestation key, and whether the key is the certified one.

use crate::finding::{Finding, Value, Why};
use crate::formats::tpm::checks;
use crate::formats::tpm::parse::{Attestation, Key, Public};
use crate::pki::anchors;
use crate::pki::chain::{self, Checked, Rules};
use crate::pki::named::{Anchor, Anchors};
use crate::pki::{Cert, Crl, KeyKind};
use crate::sorted::Sorted as _;
use crate::span::Span;
use crate::time::{UnixTime, Validity};

use super::ATTESTATION;

/// The least modulus of an authority that is accepted, in bits (NIST SP 800-131A).
const MINIMUM_RSA_BITS: usize = 2048;
static CHAIN: Checked = Checked {
    rules: Rules {
        key: |kind| !matches!(kind, KeyKind::Rsa(bits) if *bits < MINIMUM_RSA_BITS),
        algorithm: None,
        signs_documents: false,
    },
    role: &checks::TPM_CHAIN_ROLE,
    signature: &checks::TPM_CHAIN_SIGNATURE,
    validity: &checks::TPM_CHAIN_VALIDITY,
};
/// The part of a finding about the key's own certificate.
const KEY: &str = "key";

/// Verifies the way from `leaf` to a pinned root. A root that came along is never used.
pub(super) fn verify(
    leaf: &Cert<'_>,
    attestation: &Attestation<'_>,
    supplied: &[&[u8]],
    roots: Anchors<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let accepted = roots.google_vtpm().all();
    let pinned: Vec<&Cert<'_>> = accepted.iter().map(|anchor| &anchor.cert).collect();
    let ders = attestation.intermediates.iter().chain(supplied);
    let known: Vec<Cert<'_>> = ders
        .filter_map(|der| Cert::parse("attestation key intermediate", der).ok())
        .filter(|cert| !pinned.iter().any(|root| root.der() == cert.der()))
        .collect();
    let path = chain::path(leaf, &known.iter().collect::<Vec<_>>(), &pinned);
    let last = path.last().copied().unwrap_or(leaf);
    let anchor = roots.google_vtpm().above(Some(last));
    let anchor = anchor.filter(|anchor| last.names_issuer(&anchor.cert));
    let root = anchor.as_ref().map(|anchor| &anchor.cert);
    let mut findings = Vec::new();
    findings.push(begins_at(last, anchor.as_ref(), &pinned));
    for (number, cert) in path.iter().enumerate() {
        let part = chain::part(KEY, number);
        findings.push(CHAIN.role(cert, number).part(part.clone()));
        let above = path.get(number.saturating_add(1)).copied().or(root);
        findings.push(match above {
            Some(issuer) => CHAIN.signed(cert, issuer).part(part.clone()),
            None => {
                Finding::blocked(&checks::TPM_CHAIN_SIGNATURE, &checks::TPM_ROOT).part(part.clone())
            }
        });
        findings.push(CHAIN.valid(cert, now).part(part));
    }
    if let Some(root) = root {
        findings.push(CHAIN.valid(root, now).part("root"));
    }
    let lists: Vec<Crl<'_>> = supplied
        .iter()
        .filter_map(|der| Crl::parse("attestation key revocation list", der).ok())
        .collect();
    if lists.is_empty() {
        findings.push(Finding::unknown(&checks::TPM_CHAIN_REVOCATION, Why::NotFetched));
    } else {
        for (number, cert) in path.iter().enumerate() {
            let issuer = path.get(number.saturating_add(1)).copied().or(root);
            findings.push(revocation(cert, issuer, &lists, now).part(chain::part(KEY, number)));
        }
    }
    in_order(findings)
}

/// Whether the key that signs is the one in the certificate, and of the kind that attests.
pub(super) fn key(cert: &Cert<'_>, public: &Public, at: Span) -> Finding {
    let check = &checks::TPM_KEY;
    let certified = cert.public_key();
    let same = match (&public.key, cert.key_kind()) {
        (Key::P256(point), KeyKind::P256) | (Key::P384(point), KeyKind::P384) => point == certified,
        (Key::Rsa { modulus, exponent }, KeyKind::Rsa(_)) => {
            crate::pki::rsa_public_key(modulus, exponent).is_some_and(|key| key == certified)
        }
        _ => false,
    };
    let finding = if !same {
        Finding::fail(check, "not-certified").expected(Value::hex(certified))
    } else if !public.is_attestation_key() {
        Finding::fail(check, "not-restricted").actual(Value::hex(public.attributes.to_be_bytes()))
    } else {
        Finding::pass(check).actual(cert.subject())
    };
    finding.within(ATTESTATION, at)
}

fn begins_at(last: &Cert<'_>, anchor: Option<&Anchor<'_>>, pinned: &[&Cert<'_>]) -> Finding {
    let check = &checks::TPM_ROOT;
    let simulated = anchors::simulated::GOOGLE_VTPM.map(|anchor| anchor.root);
    let is_simulated = |root: &&Cert<'_>| chain::is_simulated(last, root, &simulated);
    match anchor {
        _ if pinned.iter().all(is_simulated) => {
            Finding::fail(check, "simulated").actual(last.subject())
        }
        Some(anchor) => anchor.told(Finding::pass(check).actual(anchor.cert.subject())),
        // A certificate that names itself is a root of somebody's; one that names another lacks
        // what is between.
        None if last.names_issuer(last) => {
            Finding::fail(check, "wrong-root").actual(last.subject())
        }
        None => Finding::unknown(check, Why::NotFetched).actual(last.issuer()),
    }
}

/// Whether a list by the issuer of `cert` revokes it. Whatever any such list revokes is revoked;
/// the newest has to be current.
fn revocation(
    cert: &Cert<'_>,
    issuer: Option<&Cert<'_>>,
    lists: &[Crl<'_>],
    now: UnixTime,
) -> Finding {
    let check = &checks::TPM_CHAIN_REVOCATION;
    let Some(issuer) = issuer else { return Finding::blocked(check, &checks::TPM_ROOT) };
    let named: Vec<&Crl<'_>> = lists.iter().filter(|list| list.names_issuer(issuer)).collect();
    let holds = |list: &&&Crl<'_>| list.verify_signed_by(issuer).is_ok();
    let signed: Vec<&Crl<'_>> = named.iter().filter(holds).copied().collect();
    // A list that its issuer did not sign decides nothing beside one that he did.
    let own = if signed.is_empty() { named } else { signed };
    let Some(newest) = own.iter().max_by_key(|list| (counts(list, now), list.this_update())) else {
        return Finding::unknown(check, Why::NotFetched).actual(issuer.subject());
    };
    let unsound = own.iter().find_map(|list| {
        if list.verify_signed_by(issuer).is_err() {
            Some("bad-signature")
        } else if list.has_critical_extensions() {
            Some("unknown-extension")
        } else {
            None
        }
    });
    if let Some(reason) = unsound {
        return Finding::fail(check, reason).expected(issuer.subject());
    }
    if own.iter().any(|list| list.revokes(cert.serial())) {
        return Finding::fail(check, "revoked").actual(Value::hex(cert.serial()));
    }
    match newest.next_update() {
        None => Finding::fail(check, "missing"),
        Some(next_update) => {
            let window = Validity { not_before: newest.this_update(), not_after: next_update };
            chain::dated(check, window, now, "stale")
        }
    }
}

/// Whether `now` lies between the list's two dates.
fn counts(list: &Crl<'_>, now: UnixTime) -> bool {
    list.this_update() <= now && list.next_update().is_some_and(|next| now <= next)
}

fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings
        .sorted_by_key(|finding| checks::CHAIN.iter().position(|check| *check == finding.check));
    findings
}
