//! Bundles as GitHub stores them: snappy (block or framed) or gzip.

use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::error::Error;
use crate::span::Span;

/// The most that a stored bundle may decode to, in bytes.
pub const MAX_DECODED: usize = 16 * 1024 * 1024;

/// The stream identifier of snappy's framing format, section 4.1.
const SNAPPY_FRAMED: &[u8] = b"\xff\x06\x00\x00sNaPpY";
/// RFC 1952 section 2.3.1, with the one compression method that there is.
const GZIP: &[u8] = &[0x1f, 0x8b, 8];

/// Decodes JSON in snappy's block format, snappy's framing format or gzip. `None` when `bytes`
/// begin like none of them.
///
/// The block format has no mark: it is taken for one when its length in front is followed by a
/// literal that begins with a brace.
///
/// # Errors
/// [`Error::TooLarge`] for more than [`MAX_DECODED`], before that much is allocated;
/// [`Error::Malformed`] when the compression is broken, a checksum or length does not fit, or
/// bytes follow.
pub fn decoded(bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    if bytes.starts_with(GZIP) {
        let mut decoder = GzDecoder::new(bytes);
        let decoded = limited("bundle, gzip", bytes, &mut decoder)?;
        return match decoder.into_inner() {
            [] => Ok(Some(decoded)),
            _ => Err(malformed("bundle, gzip", bytes, "bytes follow it")),
        };
    }
    if bytes.starts_with(SNAPPY_FRAMED) {
        return limited("bundle, snappy", bytes, &mut snap::read::FrameDecoder::new(bytes))
            .map(Some);
    }
    if looks_like_block(bytes) { block(bytes).map(Some) } else { Ok(None) }
}

fn block(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    const WHAT: &str = "bundle, snappy";
    let refused = |error: snap::Error| malformed(WHAT, bytes, &error.to_string());
    let len = snap::raw::decompress_len(bytes).map_err(refused)?;
    Error::cap(WHAT, len, MAX_DECODED)?;
    // A copy of three bytes makes at most 64: a length beyond that is a lie, and nothing is
    // allocated for it.
    if len > bytes.len().saturating_mul(32) {
        return Err(malformed(WHAT, bytes, "its length is more than it can hold"));
    }
    snap::raw::Decoder::new().decompress_vec(bytes).map_err(refused)
}

/// A length of one to five bytes, then a literal whose first byte is a brace.
fn looks_like_block(bytes: &[u8]) -> bool {
    let Some(end) = bytes.iter().take(5).position(|byte| byte & 0x80 == 0) else { return false };
    let tag_at = end.saturating_add(1);
    let Some(&tag) = bytes.get(tag_at) else { return false };
    // The length of a literal is in the tag's upper six bits, or from 60 on in the bytes after it.
    let more = usize::from((tag >> 2).saturating_sub(59));
    tag & 3 == 0 && bytes.get(tag_at.saturating_add(more).saturating_add(1)) == Some(&b'{')
}

fn limited(what: &'static str, bytes: &[u8], decoder: &mut impl Read) -> Result<Vec<u8>, Error> {
    let mut decoded = Vec::new();
    let limit = u64::try_from(MAX_DECODED).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(limit)
        .read_to_end(&mut decoded)
        .map_err(|error| malformed(what, bytes, &error.to_string()))?;
    Error::cap(what, decoded.len(), MAX_DECODED)?;
    Ok(decoded)
}

fn malformed(what: &'static str, bytes: &[u8], why: &str) -> Error {
    Error::malformed(what, Span::new(0, bytes.len()), why.to_owned())
}
