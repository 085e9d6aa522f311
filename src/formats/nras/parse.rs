//! NVIDIA's answer about GPUs: a token about all of them, and one about each (detached EAT bundle,
//! RFC 9711 section 5; NVIDIA attestation, claims guide): `[["JWT", ALL], {"GPU-0": ONE, ...}]`.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::formats::token::parse::Token;
use crate::json;
use crate::span::Span;

const WHAT: &str = "bundle of GPU tokens";

/// A bundle as parsed: tokens in compact form, not taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    /// The token about all devices.
    pub overall: String,
    /// The token of each device, by its name.
    pub devices: BTreeMap<String, String>,
}

impl Bundle {
    /// The most devices.
    pub(crate) const MAX_DEVICES: usize = 64;

    /// Whether `input` begins as a bundle does.
    pub(crate) fn is_likely(input: &[u8]) -> bool {
        fn open(text: &[u8]) -> Option<&[u8]> {
            text.trim_ascii_start().strip_prefix(b"[")
        }
        let inner = open(input).and_then(open);
        inner.is_some_and(|rest| rest.trim_ascii_start().starts_with(br#""JWT""#))
    }

    /// Parses a bundle.
    ///
    /// # Errors
    /// When it is not of that form, a device is named twice, or there are too many.
    pub(crate) fn parse(input: &[u8]) -> Result<Self, Error> {
        let parsed: ((String, String), BTreeMap<String, String>) = json::from_slice(WHAT, input)?;
        let ((kind, overall), devices) = parsed;
        Error::cap(WHAT, devices.len(), Self::MAX_DEVICES)?;
        if kind != "JWT" {
            return Err(Error::malformed(WHAT, Span::new(0, input.len()), "it is not of JWTs"));
        }
        Ok(Self { overall, devices })
    }

    /// The token of each device.
    ///
    /// # Errors
    /// When one is not a token.
    pub(crate) fn tokens(&self) -> Result<Vec<(&str, Token<'_>)>, Error> {
        let token =
            |(name, text)| Ok((String::as_str(name), Token::parse(String::as_bytes(text))?));
        self.devices.iter().map(token).collect()
    }
}
