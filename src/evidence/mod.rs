//! Parsing of evidence. Nothing here is believed: types say what bytes say.

pub mod azure;
mod cbor;
pub mod coordinator;
pub mod dcap;
pub mod dstack;
pub mod eigencompute;
pub mod eventlog;
pub mod exchange;
pub mod firmware;
pub mod gpu;
pub mod near;
pub mod nitro;
pub mod protobuf;
pub mod snp;
pub mod tinfoil;
pub mod token;
pub mod tpm;

use std::borrow::Cow;

use serde::Serialize;

use crate::bytes::Span;
use crate::finding::Value;

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
