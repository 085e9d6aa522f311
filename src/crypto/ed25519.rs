//! Ed25519 with ed25519-dalek.

use ed25519_dalek::{Signature, VerifyingKey};

pub(super) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()
}
