//! `GET /v1/aci/receipts/{id}`.

use serde::Deserialize;

use super::{text, version};
use crate::error::Error;
use crate::json::Members;

const WHAT: &str = "ACI receipt";

/// A receipt, not believed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Receipt {
    api_version: String,
    /// The receipt's name.
    pub receipt_id: String,
    /// `sha256:` and the digest of the keys.
    pub workload_keyset_digest: String,
    /// When the request was served, by the service's word.
    pub served_at: i64,
    /// What happened, in order.
    pub event_log: Vec<Event>,
    /// The key that signs.
    pub key_id: String,
    /// Hex.
    pub signature: String,
    /// What is signed: the canonical form without the signature.
    #[serde(skip)]
    pub signed: String,
}

/// Something that happened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    #[serde(rename = "type")]
    pub kind: String,
    /// `sha256:` and the digest of a body.
    pub body_hash: Option<String>,
    /// `verified` or `failed`.
    pub result: Option<String>,
    /// Whether the request asked for a machine that was looked at.
    pub required: Option<bool>,
    /// The session, hex.
    pub session_id: Option<String>,
}

impl Receipt {
    /// The largest receipt that is read, in bytes.
    pub(crate) const MAX: usize = 1024 * 1024;

    /// Whether JSON with these members is one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("api_version") && has("event_log") && has("workload_keyset_digest")
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// When it is too large, not of this form or version, or not plain JSON.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = text(WHAT, bytes, Self::MAX)?;
        let mut read: Self = crate::json::borrowed(WHAT, text.as_bytes())?;
        version(WHAT, &read.api_version, text)?;
        let unsigned = Members::parse(WHAT, text)?.without("signature");
        read.signed = crate::json::canonical(WHAT, &unsigned)?;
        Ok(read)
    }

    /// The first event of a kind.
    pub(crate) fn event(&self, kind: &str) -> Option<&Event> {
        self.event_log.iter().find(|event| event.kind == kind)
    }
}
