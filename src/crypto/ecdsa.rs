//! ECDSA with RustCrypto's p256 and p384.

use ecdsa::signature::hazmat::PrehashVerifier as _;

use super::Signature;

/// First byte of an uncompressed SEC 1 point; certificates carry no other form.
const UNCOMPRESSED: u8 = 0x04;

macro_rules! curve {
    ($name:ident) => {
        pub(super) fn $name(key: &[u8], digest: &[u8], signature: Signature<'_>) -> Option<()> {
            use $name::ecdsa::{Signature as Parsed, VerifyingKey};
            if key.first() != Some(&UNCOMPRESSED) {
                return None;
            }
            let key = VerifyingKey::from_sec1_bytes(key).ok()?;
            let signature = match signature {
                Signature::Asn1(der) => Parsed::from_der(der).ok()?,
                Signature::Concatenated(bytes) => Parsed::from_slice(bytes).ok()?,
                Signature::Octets(_) => return None,
            };
            key.verify_prehash(digest, &signature).ok()
        }
    };
}

curve!(p256);
curve!(p384);
