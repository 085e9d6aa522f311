//! Bytes as a person would paste them.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};

use crate::bytes::without_space;
use crate::hex;

/// Base64 of either alphabet, with padding or without.
pub(crate) fn of_base64(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let is_url_safe = text.iter().any(|letter| matches!(letter, b'-' | b'_'));
    let alphabet = if is_url_safe { &URL_SAFE } else { &STANDARD };
    GeneralPurpose::new(alphabet, config).decode(text)
}

/// Hex or base64 of a report or a quote, as a person would paste it: base64 of either alphabet, with
/// padding or without.
pub(crate) fn decoded(input: &[u8]) -> Option<Vec<u8>> {
    // Four times the largest quote.
    const LONGEST: usize = 4 * 64 * 1024;
    if input.len() > LONGEST {
        return None;
    }
    // Most of what is asked about is JSON, PEM or binary, which the first byte tells.
    let first = input.trim_ascii_start().first();
    if first.is_some_and(|byte| !byte.is_ascii_alphanumeric() && !b"+/-_".contains(byte)) {
        return None;
    }
    let text = without_space(input);
    let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(&text);
    hex::decode(digits).ok().or_else(|| of_base64(&text).ok())
}
