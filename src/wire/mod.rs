//! Parsing of evidence. Nothing here is believed: types say what bytes say.

pub(crate) mod base32;
mod base64url;
pub(crate) mod cbor;
pub(crate) mod der;
pub(crate) mod msgpack;
pub(crate) mod pasted;
pub mod protobuf;
pub(crate) mod xml;
pub(crate) mod yaml;

use std::borrow::Cow;

use serde::Serialize;

use crate::finding::Value;
use crate::span::Span;

pub use base64url::Base64Url;

/// A labelled span of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The specification's name of the field.
    pub name: Cow<'static, str>,
    /// Where it is.
    #[serde(flatten)]
    pub span: Span,
    /// Its value.
    pub value: Value,
    /// Document and table.
    pub basis: &'static str,
}
