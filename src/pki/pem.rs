//! PEM (RFC 7468): blocks of base64 between labels.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bytes::Span;
use crate::error::Error;

/// The largest PEM text that is read, in bytes.
pub const MAX_PEM: usize = 1024 * 1024;

/// The blocks of `text` in order, each with its label (`CERTIFICATE`, `X509 CRL`).
///
/// Text between blocks is skipped, as RFC 7468 section 2 allows.
///
/// # Errors
/// When a block does not end, or is not base64.
pub fn pem_blocks(what: &'static str, text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    const BEGIN: &str = "-----BEGIN ";
    Error::cap(what, text.len(), MAX_PEM)?;
    let whole = Span::new(0, text.len());
    let text = std::str::from_utf8(text)
        .map_err(|error| Error::malformed(what, Span::new(error.valid_up_to(), 1), "not text"))?;
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let offset = text.len().saturating_sub(after.len());
        let ended =
            || Error::malformed(what, Span::new(offset, after.len()), "a block does not end");
        let (label, after) = after.split_once("-----").ok_or_else(ended)?;
        let end = format!("-----END {label}-----");
        let (body, after) = after.split_once(end.as_str()).ok_or_else(ended)?;
        let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD.decode(base64).map_err(|error| {
            Error::malformed(what, Span::new(offset, body.len()), error.to_string())
        })?;
        blocks.push((label.to_owned(), der));
        rest = after;
    }
    if blocks.is_empty() {
        return Err(Error::malformed(what, whole, "it has no block that begins with -----BEGIN"));
    }
    Ok(blocks)
}
