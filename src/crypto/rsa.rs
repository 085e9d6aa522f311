//! RSA verification with RustCrypto's rsa.

use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::{PublicKeyParts as _, SignatureScheme};
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::Hash;

/// Shortest accepted modulus in bytes. The longest, 512, is the library's own limit.
const MIN_MODULUS: usize = 256;

pub(super) fn pkcs1(key: &[u8], hash: Hash, digest: &[u8], signature: &[u8]) -> Option<()> {
    let scheme = match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    verify(key, scheme, digest, signature)
}

pub(super) fn pss(key: &[u8], hash: Hash, digest: &[u8], signature: &[u8]) -> Option<()> {
    match hash {
        Hash::Sha256 => verify(key, Pss::<Sha256>::new(), digest, signature),
        Hash::Sha384 => verify(key, Pss::<Sha384>::new(), digest, signature),
        Hash::Sha512 => verify(key, Pss::<Sha512>::new(), digest, signature),
    }
}

fn verify(key: &[u8], scheme: impl SignatureScheme, digest: &[u8], signature: &[u8]) -> Option<()> {
    let key = RsaPublicKey::from_pkcs1_der(key).ok()?;
    if key.size() < MIN_MODULUS || signature.len() != key.size() {
        return None;
    }
    key.verify(scheme, digest, signature).ok()
}
