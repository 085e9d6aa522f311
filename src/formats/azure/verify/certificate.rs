//! The certificate of the TPM's key, where one came along: Microsoft's word on that key.
//!
//! Shown: the certificate is about the key that the processor's word names, and each certificate
//! that came along above it signed the one below. Not shown: that the topmost is Microsoft's. No
//! root of Microsoft's virtual TPMs is pinned here: a policy may name one, and vouches for it then.
//! Nothing else rests on these certificates.

use crate::finding::{Finding, Value, Why};
use crate::formats::azure::checks;
use crate::formats::azure::parse::RsaKey;
use crate::pki::chain::{dated, unsigned};
use crate::pki::named::{Anchors, NamedRoot};
use crate::pki::{Cert, rsa_public_key};
use crate::time::UnixTime;

const WHAT: &str = "certificate of the TPM's key";

/// The findings about `certificates` (DER, the one of the key first), when there are any. `key` is
/// the one key of the runtime data, where it holds one.
pub(super) fn examine(
    certificates: &[Vec<u8>],
    key: Option<&RsaKey>,
    roots: Anchors<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let Some((leaf, above)) = certificates.split_first() else { return Vec::new() };
    let Ok(leaf) = Cert::parse(WHAT, leaf) else {
        return vec![
            Finding::fail(&checks::AZURE_CERTIFICATE, "malformed"),
            Finding::blocked(&checks::AZURE_CERTIFICATE_ISSUER, &checks::AZURE_CERTIFICATE),
        ];
    };
    let own = match key.and_then(|key| rsa_public_key(&key.modulus, &key.exponent)) {
        Some(key) => Finding::equal(&checks::AZURE_CERTIFICATE, &key, leaf.public_key()),
        None => Finding::blocked(&checks::AZURE_CERTIFICATE, &checks::AZURE_KEY),
    };
    vec![own, issuer(&leaf, above, roots, now)]
}

/// Who issued the certificate: as far up as certificates came along, and up to a root that the policy
/// names.
fn issuer(leaf: &Cert<'_>, above: &[Vec<u8>], roots: Anchors<'_>, now: UnixTime) -> Finding {
    let check = &checks::AZURE_CERTIFICATE_ISSUER;
    let above: Result<Vec<Cert<'_>>, _> = above.iter().map(|der| Cert::parse(WHAT, der)).collect();
    let Ok(above) = above else { return Finding::fail(check, "malformed") };
    let mut last = leaf;
    let mut path = vec![leaf];
    for next in &above {
        if next.der() == last.der() {
            continue;
        }
        if !last.names_issuer(next) || last.verify_signed_by(next).is_err() {
            return Finding::fail(check, "bad-signature")
                .expected(last.issuer())
                .actual(next.subject());
        }
        last = next;
        path.push(next);
    }
    let named: Vec<Cert<'_>> = roots.named().microsoft.iter().filter_map(NamedRoot::cert).collect();
    if named.is_empty() {
        return Finding::no_reference(check).actual(last.issuer());
    }
    let signed = |root: &&Cert<'_>| last.der() == root.der() || unsigned(last, root).is_none();
    let Some(root) = named.iter().find(signed) else {
        return match last.names_issuer(last) {
            true => Finding::fail(check, "wrong-root").actual(last.subject()),
            false => Finding::unknown(check, Why::NotFetched).actual(last.issuer()),
        };
    };
    let own = Finding::pass(check).actual(Value::hex(root.fingerprint().0));
    let unfit = path.iter().skip(1).find(|cert| !cert.is_ca() || !cert.may_sign_certificates());
    let dates = path.iter().copied().chain([root]);
    let mut dates = dates.map(|cert| dated(check, cert.validity(), now, "expired"));
    match unfit {
        Some(unfit) => Finding::fail(check, "not-a-ca").actual(unfit.subject()),
        None => dates.find(|dated| !dated.passed()).unwrap_or(own),
    }
}
