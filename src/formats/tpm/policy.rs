//! What a policy says about a virtual TPM.

use serde::Deserialize;

use crate::finding::Rule;
use crate::requirements::Common;

/// Accepted values of a virtual TPM's quotes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TpmPolicy {
    /// What the reader sent to be signed along (qualifyingData), in hex.
    pub nonce: Option<String>,
    /// The firmware says that secure boot is off.
    pub without_secure_boot: Rule,
}

impl Default for TpmPolicy {
    fn default() -> Self {
        Self { nonce: None, without_secure_boot: Rule::Warn }
    }
}

/// A policy that says something about virtual TPMs.
pub(crate) trait ForTpm: Common {
    /// What it says.
    fn tpm(&self) -> &TpmPolicy;
}
