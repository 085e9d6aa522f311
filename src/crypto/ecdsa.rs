//! ECDSA with RustCrypto's p256 and p384.

use super::Signature;

/// First byte of an uncompressed SEC 1 point; certificates carry no other form.
const UNCOMPRESSED: u8 = 0x04;

macro_rules! curve {
    ($name:ident) => {
        pub(super) mod $name {
            use ::$name::ecdsa::signature::hazmat::PrehashVerifier as _;
            use ::$name::ecdsa::{Signature as Parsed, VerifyingKey};

            use super::{Signature, UNCOMPRESSED};

            pub(in crate::crypto) fn verify(
                key: &[u8],
                digest: &[u8],
                signature: Signature<'_>,
            ) -> Option<()> {
                let (key, signature) = read(key, signature)?;
                key.verify_prehash(digest, &signature).ok()
            }

            /// r and s one after the other, when key and signature have the form that `verify`
            /// takes.
            pub(in crate::crypto) fn form(key: &[u8], signature: Signature<'_>) -> Option<Vec<u8>> {
                let (_, signature) = read(key, signature)?;
                Some(signature.to_bytes().to_vec())
            }

            fn read(key: &[u8], signature: Signature<'_>) -> Option<(VerifyingKey, Parsed)> {
                if key.first() != Some(&UNCOMPRESSED) {
                    return None;
                }
                let key = VerifyingKey::from_sec1_bytes(key).ok()?;
                let signature = match signature {
                    Signature::Asn1(der) => Parsed::from_der(der).ok()?,
                    Signature::Concatenated(bytes) => Parsed::from_slice(bytes).ok()?,
                    Signature::Octets(_) => return None,
                };
                Some((key, signature))
            }
        }
    };
}

curve!(p256);
curve!(p384);
