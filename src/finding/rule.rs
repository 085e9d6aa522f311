//! What a policy makes of a property.

use serde::Deserialize;

/// What to do when a property does not have the value a reader would want.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// It fails.
    #[default]
    Deny,
    /// It is a warning.
    Warn,
    /// It is let pass, and told as what the policy allows.
    Allow,
}
