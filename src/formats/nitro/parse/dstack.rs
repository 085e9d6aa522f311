//! A Nitro document inside dstack's attestation.

use super::Document;

/// The Nitro document at the front of what dstack's guest agent answers for an enclave: version 0
/// of its SCALE encoding, variant 2, then the document with its length (SCALE compact integer in
/// two-byte mode). What follows (event log, configuration) is dstack's and is not read.
pub(crate) fn of_dstack(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[0, 2])?;
    let (len, rest) = rest.split_first_chunk::<2>()?;
    let len = u16::from_le_bytes(*len);
    if len & 0b11 != 0b01 {
        return None;
    }
    let document = rest.get(..usize::from(len.checked_shr(2)?))?;
    (document.len() <= Document::MAX && matches!(document, [0x84 | 0xd2, ..])).then_some(document)
}
