//! Bytes as a person would paste them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Hex or base64 of a report or a quote, as a person would paste it.
pub(crate) fn decoded(input: &[u8]) -> Option<Vec<u8>> {
    // Four times the largest quote.
    const LONGEST: usize = 4 * 64 * 1024;
    if input.len() > LONGEST {
        return None;
    }
    let text: Vec<u8> = input.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digits = text.strip_prefix(b"0x").unwrap_or(&text);
    hex::decode(digits).ok().or_else(|| STANDARD.decode(&text).ok())
}
