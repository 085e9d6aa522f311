//! What a policy says about a coordinator's providers.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::formats::apple::policy::ForApple;

/// Accepted values of a provider's process.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ProvidersPolicy {
    /// SHA-256 of the programs that a process may say it is.
    pub programs: Vec<Sha256>,
}

/// A policy that says something about providers.
pub(crate) trait ForProviders: ForApple {
    /// What it says.
    fn providers(&self) -> &ProvidersPolicy;
}
