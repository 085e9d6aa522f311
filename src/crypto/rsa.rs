//! RSA verification with RustCrypto's rsa.

use std::ops::RangeInclusive;

use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::{PublicKeyParts as _, SignatureScheme};
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::Hash;

/// Accepted lengths of a modulus in bytes: 2048 to 4096 bits.
const MODULUS: RangeInclusive<usize> = 256..=512;

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
    read(key, signature)?.verify(scheme, digest, signature).ok()
}

/// The key as a SubjectPublicKeyInfo (RFC 5280 section 4.1), when key and signature have the form
/// that is verified here.
pub(super) fn form(key: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    /// `AlgorithmIdentifier` of rsaEncryption with its NULL (RFC 3279 section 2.3.1).
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    read(key, signature)?;
    let bits = element(0x03, &[&[0], key])?;
    element(0x30, &[&ALGORITHM, &bits])
}

fn read(key: &[u8], signature: &[u8]) -> Option<RsaPublicKey> {
    let key = RsaPublicKey::from_pkcs1_der(key).ok()?;
    (MODULUS.contains(&key.size()) && signature.len() == key.size()).then_some(key)
}

/// A DER element of 256 to 65535 bytes (X.690 section 8.1.3.5), as is any that holds such a modulus.
fn element(tag: u8, content: &[&[u8]]) -> Option<Vec<u8>> {
    let content = content.concat();
    let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
    Some([&[tag, 0x82, high, low], content.as_slice()].concat())
}
