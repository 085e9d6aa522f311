//! What a policy says about Apple's certificates for managed devices.

use serde::Deserialize;

use crate::finding::Rule;
use crate::requirements::Common;

/// Accepted properties of a device.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ApplePolicy {
    /// System Integrity Protection was off.
    pub sip: Rule,
    /// The device started with less than full secure boot.
    pub secure_boot: Rule,
    /// Kernel extensions of third parties were allowed.
    pub kernel_extensions: Rule,
    /// The text of the public key that the managing server is to have asked about.
    pub key: Option<String>,
}

/// A policy that says something about Apple's certificates.
pub(crate) trait ForApple: Common {
    /// What it says.
    fn apple(&self) -> &ApplePolicy;
}
