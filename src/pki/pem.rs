//! PEM (RFC 7468): blocks of base64 between labels.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bytes::{find, without_space};
use crate::error::Error;
use crate::span::Span;

/// The largest PEM text that is read, in bytes.
pub(crate) const MAX_PEM: usize = 1024 * 1024;

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
        let base64 = without_space(body.as_bytes());
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

/// The certificates of `text`, in order, when it holds nothing else but white space.
///
/// # Errors
/// As [`pem_blocks`], and when there is a block of another label, or text beside the blocks.
pub fn pem_certificates(what: &'static str, text: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let blocks = pem_blocks(what, text)?;
    let mut rest = text.trim_ascii();
    for _ in &blocks {
        let offset = text.len().saturating_sub(rest.len());
        let end = find(rest, END);
        rest = match end.and_then(|end| rest.get(end.checked_add(END.len())?..)) {
            Some(after) if rest.starts_with(BEGIN) => after.trim_ascii_start(),
            _ => {
                let at = Span::new(offset, rest.len());
                return Err(Error::malformed(what, at, "something else than certificates"));
            }
        };
    }
    if !rest.is_empty() {
        let at = Span::new(text.len().saturating_sub(rest.len()), rest.len());
        return Err(Error::malformed(what, at, "something follows the certificates"));
    }
    Ok(blocks.into_iter().map(|(_, der)| der).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_stand_alone_in_their_text() {
        let block = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----";
        let read = |text: String| pem_certificates("test", text.as_bytes());
        assert_eq!(read(format!("\n{block}\r\n{block}\n")), Ok(vec![vec![0, 1, 2]; 2]));
        for wrong in [
            format!("{block}x{block}"),
            format!("x{block}"),
            format!("{block}x"),
            block.replace("CERTIFICATE", "X509 CRL"),
            format!("{block}{}", block.replace("CERTIFICATE", "KEY")),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
