//! What a policy says about GPUs.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::requirements::Common;

/// Accepted values of a GPU's report.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct GpuPolicy {
    /// The challenge that the report has to answer, 32 bytes in hex.
    pub nonce: Option<Sha256>,
}

/// A policy that says something about GPUs.
pub(crate) trait ForGpu: Common {
    /// What it says.
    fn gpu(&self) -> &GpuPolicy;
}
