//! What a policy says about EigenCompute's machines.

use serde::Deserialize;

use super::{HexBytes, Rule};

/// Accepted values of EigenCompute's bound evidence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct EigenPolicy {
    /// The challenge that the reader chose, in hex; without one, the challenge that comes along
    /// with the evidence says nothing about its age.
    pub challenge: Option<HexBytes>,
    /// The image is the debug one: its operator can look inside.
    pub debug_image: Rule,
    /// The operator changed the image's arguments or environment.
    pub overrides: Rule,
    /// Accepted image digests, `sha256:` and 64 hex digits; empty accepts any.
    pub image_digests: Vec<String>,
}

impl Default for EigenPolicy {
    fn default() -> Self {
        Self {
            challenge: None,
            debug_image: Rule::Deny,
            overrides: Rule::Warn,
            image_digests: Vec::new(),
        }
    }
}
