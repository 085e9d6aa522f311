//! The certificate of the TPM's key, where one came along: Microsoft's word on that key.
//!
//! Shown: the certificate is about the key that the processor's word names, and each certificate
//! that came along above it signed the one below. Not shown: that the topmost is Microsoft's. No
//! root of Microsoft's virtual TPMs is pinned here, so nothing rests on these certificates.

use crate::finding::Finding;
use crate::formats::azure::checks;
use crate::formats::azure::parse::RsaKey;
use crate::pki::{Cert, rsa_public_key};

const WHAT: &str = "certificate of the TPM's key";

/// The findings about `certificates` (DER, the one of the key first), when there are any. `key` is
/// the one key of the runtime data, where it holds one.
pub(super) fn examine(certificates: &[Vec<u8>], key: Option<&RsaKey>) -> Vec<Finding> {
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
    vec![own, issuer(&leaf, above)]
}

/// Who issued the certificate: as far up as certificates came along.
fn issuer(leaf: &Cert<'_>, above: &[Vec<u8>]) -> Finding {
    let check = &checks::AZURE_CERTIFICATE_ISSUER;
    let above: Result<Vec<Cert<'_>>, _> = above.iter().map(|der| Cert::parse(WHAT, der)).collect();
    let Ok(above) = above else { return Finding::fail(check, "malformed") };
    let mut last = leaf;
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
    }
    Finding::no_reference(check).actual(last.issuer())
}
