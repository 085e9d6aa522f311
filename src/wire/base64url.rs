//! Binary values as they stand in the document.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::span::Span;

/// Bytes that stand in JSON as base64url without padding (RFC 4648 section 5). Only one spelling
/// of the same bytes is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base64Url(pub Vec<u8>);

impl Base64Url {
    /// Reads text.
    ///
    /// # Errors
    /// When it has characters of another alphabet, padding, or unused bits that are set.
    pub fn decode(what: &'static str, text: &str) -> Result<Self, Error> {
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|error| {
            let why = format!("base64url without padding: {error}");
            Error::malformed(what, Span::new(0, text.len()), why)
        })
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode("value", &text).map_err(serde::de::Error::custom)
    }
}
