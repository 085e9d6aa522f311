//! What a policy says about envelopes of CVM Attestation v1.

use serde::Deserialize;

use crate::formats::azure::policy::ForAzure;
use crate::formats::gpu::policy::ForGpu;

/// Accepted values of an envelope.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CvmPolicy {
    /// The question that the reader asked (`eat_nonce`), in hex.
    pub nonce: Option<String>,
    /// The key that the question was asked for (`cvm_binding.key.value`), in hex.
    pub key: Option<String>,
}

/// A policy that says something about envelopes.
pub(crate) trait ForCvm: ForAzure + ForGpu {
    /// What it says.
    fn cvm(&self) -> &CvmPolicy;
}
