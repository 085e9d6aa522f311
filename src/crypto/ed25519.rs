//! Ed25519 with ed25519-dalek.

use ed25519_dalek::{Signature, VerifyingKey};

/// The order of the base point (RFC 8032 section 5.1), little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()
}

/// Whether key and signature have the form that [`verify`] takes: points on the curve, neither of
/// small order, and S less than the order.
pub(super) fn form(key: &[u8], signature: &[u8]) -> Option<()> {
    let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = Signature::from_slice(signature).ok()?;
    let commitment = VerifyingKey::from_bytes(signature.r_bytes()).ok()?;
    let is_reduced = signature.s_bytes().iter().rev().lt(ORDER.iter().rev());
    (!key.is_weak() && !commitment.is_weak() && is_reduced).then_some(())
}
