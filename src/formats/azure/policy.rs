//! What a policy says about Azure confidential VMs.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::Sha256;
use crate::finding::Rule;
use crate::formats::intel::policy::ForIntel;
use crate::formats::snp::policy::ForSnp;

/// Accepted values of an Azure confidential VM's evidence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct AzurePolicy {
    /// What the reader sent to be signed along (qualifyingData), in hex.
    pub nonce: Option<String>,
    /// The data of the guest's own that the paravisor put into its report, 64 bytes in hex.
    pub user_data: Option<String>,
    /// Expected SHA-256 registers of the virtual TPM, by number.
    pub registers: BTreeMap<u8, Sha256>,
    /// The paravisor says that secure boot is off.
    pub without_secure_boot: Rule,
}

impl Default for AzurePolicy {
    fn default() -> Self {
        Self {
            nonce: None,
            user_data: None,
            registers: BTreeMap::new(),
            without_secure_boot: Rule::Warn,
        }
    }
}

/// A policy that says something about Azure confidential VMs.
pub(crate) trait ForAzure: ForIntel + ForSnp {
    /// What it says.
    fn azure(&self) -> &AzurePolicy;
}
