//! RSA verification with RustCrypto's rsa.

use std::ops::RangeInclusive;

use rsa::pkcs1::der::Decode as _;
use rsa::pkcs1::{DecodeRsaPublicKey as _, RsaPublicKeyRef};
use rsa::traits::{PublicKeyParts as _, SignatureScheme};
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::Hash;

/// Accepted lengths of a modulus in bytes: 2048 to 4096 bits.
const MODULUS: RangeInclusive<usize> = 256..=512;

/// The most bytes of an exponent: the largest that the library takes has 33 bits.
const EXPONENT_LEN: usize = 5;

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
/// that is verified here; the arithmetic that RustCrypto prepares with a key is not done.
pub(super) fn form(key: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    /// `AlgorithmIdentifier` of rsaEncryption with its NULL (RFC 3279 section 2.3.1).
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let parsed = RsaPublicKeyRef::from_der(key).ok()?;
    let modulus = parsed.modulus.as_bytes();
    let exponent = parsed.public_exponent.as_bytes();
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let value = exponent.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let is_known = MODULUS.contains(&modulus.len())
        && is_odd(modulus)
        && is_odd(exponent)
        && exponent.len() <= EXPONENT_LEN
        && (RsaPublicKey::MIN_PUB_EXPONENT..=RsaPublicKey::MAX_PUB_EXPONENT).contains(&value);
    if !is_known || signature.len() != modulus.len() {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::Cert;
    use crate::pki::anchors::AMD_MILAN;

    /// The key of AMD's root with each of its bytes changed in several ways, and other exponents.
    #[test]
    fn a_question_is_asked_about_those_keys_that_rustcrypto_reads() {
        let root = Cert::parse("test", AMD_MILAN.ark).unwrap();
        let key = root.public_key();
        let same = |key: &[u8], signature: &[u8]| {
            let is_read = read(key, signature).is_some();
            assert_eq!(form(key, signature).is_some(), is_read, "{}", hex::encode(key));
            is_read
        };
        let signature = [0; 512];
        assert!(same(key, &signature));
        assert!(!same(key, &signature[1..]));
        let mut counts = [0, 0];
        for at in 0..key.len() {
            for change in [1, 0x40, 0x80, 0xff] {
                let mut key = key.to_vec();
                key[at] ^= change;
                counts[usize::from(same(&key, &signature))] += 1;
            }
        }
        assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
        let (modulus, _) = key.split_at(key.len() - 5);
        for exponent in [
            &[2, 1, 0][..],
            &[2, 1, 1],
            &[2, 1, 2],
            &[2, 1, 3],
            &[2, 3, 1, 0, 1],
            &[2, 3, 1, 0, 0],
            &[2, 2, 0, 0x83],
            &[2, 2, 0, 3],
            &[2, 5, 1, 0xff, 0xff, 0xff, 0xff],
            &[2, 5, 2, 0, 0, 0, 1],
            &[2, 6, 1, 0, 0, 0, 0, 1],
            &[2, 0],
        ] {
            let content = [&modulus[4..], exponent].concat();
            same(&element(0x30, &[&content]).unwrap(), &signature);
        }
    }
}
