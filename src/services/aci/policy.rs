//! What a policy says about ACI's reports and receipts.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::formats::dstack::policy::ForDstack;

/// Accepted values of an ACI report.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct AciPolicy {
    /// The nonce that the reader sent, 32 bytes in hex.
    pub nonce: Option<Sha256>,
    /// SHA-256 of the request's body, for receipts.
    pub request: Option<Sha256>,
    /// SHA-256 of the response's body, for receipts.
    pub response: Option<Sha256>,
}

/// A policy that says something about ACI.
pub(crate) trait ForAci: ForDstack {
    /// What it says.
    fn aci(&self) -> &AciPolicy;
}
