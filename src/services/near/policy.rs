//! What a policy says about NEAR AI's reports.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::formats::dstack::policy::ForDstack;
use crate::formats::gpu::policy::ForGpu;

/// Accepted values of a NEAR AI report.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NearPolicy {
    /// The challenge that every machine's quote has to answer, 32 bytes in hex.
    pub nonce: Option<Sha256>,
    /// SHA-256 of the request's body, for signatures over one response.
    pub request: Option<Sha256>,
    /// SHA-256 of the response's body, for signatures over one response.
    pub response: Option<Sha256>,
}

/// A policy that says something about NEAR AI's reports.
pub(crate) trait ForNear: ForDstack + ForGpu {
    /// What it says.
    fn near(&self) -> &NearPolicy;
}
