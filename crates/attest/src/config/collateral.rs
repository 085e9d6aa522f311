//! What AMD and Intel sign about their chips, and where it is asked for.

use std::path::PathBuf;

use serde::Deserialize;

/// AMD's key distribution service.
pub const AMD: &str = "https://kdsintf.amd.com";
/// Intel's provisioning certification service.
pub const INTEL: &str = "https://api.trustedservices.intel.com";
/// The revocation list of Intel's root.
pub const INTEL_ROOT_CRL: &str =
    "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

/// What AMD and Intel sign about their chips, and where it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Collateral {
    /// AMD's key distribution service, or a cache of it; empty: never asked.
    pub amd: String,
    /// Intel's provisioning certification service, or a PCCS; empty: never asked.
    pub intel: String,
    /// The revocation list of Intel's root; a PCCS has it under its own address.
    pub intel_root_crl: String,
    /// Files that are stapled as they are.
    pub files: Vec<PathBuf>,
    /// How often it is asked for again while it is fresh, in seconds.
    pub refresh_s: u64,
    /// The longest time for one answer, in seconds.
    pub timeout_s: u64,
}

impl Default for Collateral {
    fn default() -> Self {
        Self {
            amd: AMD.into(),
            intel: INTEL.into(),
            intel_root_crl: INTEL_ROOT_CRL.into(),
            files: Vec::new(),
            refresh_s: 6 * 3600,
            timeout_s: 20,
        }
    }
}
