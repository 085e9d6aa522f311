//! What a policy says about EigenCompute's machines.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::Sha256;
use crate::finding::Rule;
use crate::formats::intel::policy::ForIntel;
use crate::formats::nitro::policy::HexBytes;
use crate::formats::snp::policy::ForSnp;
use crate::formats::tpm::policy::ForTpm;

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
    /// Accepted machine images, each as the SHA-256 registers of the virtual TPM that it leaves:
    /// 4 (the boot loader), 8 (its commands and the kernel's command line) and 9 (the files that
    /// it read), as EigenCompute's allow-list on its chain names them. One of them has to agree
    /// in every register that it names; empty accepts any. The firmware is compared with
    /// `dcap.tdx.mr-td` and `snp.measurements`.
    pub boot_registers: Vec<BTreeMap<u8, Sha256>>,
}

impl Default for EigenPolicy {
    fn default() -> Self {
        Self {
            challenge: None,
            debug_image: Rule::Deny,
            overrides: Rule::Warn,
            image_digests: Vec::new(),
            boot_registers: Vec::new(),
        }
    }
}

/// A policy that says something about EigenCompute's bound evidence.
pub(crate) trait ForEigencompute: ForIntel + ForSnp + ForTpm {
    /// What it says.
    fn eigencompute(&self) -> &EigenPolicy;
}
