//! Signed messages of Ethereum (EIP-191, version 0x45) with k256: the key is known by its address.

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

use crate::digest::Keccak256;

/// Whether the key with this `address` signed `message`: r, s, and which of the candidate points was
/// used, as 27 or 28 (Yellow Paper, appendix F). Of the two values of s only the lower counts (EIP-2).
pub(super) fn verify(address: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let ([values @ .., which], 65) = (signature, signature.len()) else { return None };
    let signature = Signature::from_slice(values).ok()?;
    let which = which.checked_sub(27).filter(|which| *which < 2).and_then(RecoveryId::from_byte)?;
    let length = message.len().to_string();
    let prefix = b"\x19Ethereum Signed Message:\n";
    let Keccak256(digest) = Keccak256::of(&[prefix, length.as_bytes(), message].concat());
    if signature.normalize_s() != signature {
        return None;
    }
    let key = VerifyingKey::recover_from_prehash(&digest, &signature, which).ok()?;
    let point = key.to_sec1_point(false);
    let Keccak256(hash) = Keccak256::of(point.as_bytes().get(1..)?);
    (hash.last_chunk::<20>()?.as_slice() == address).then_some(())
}
