//! What a policy says about SEV-SNP reports.

use serde::Deserialize;

use super::parse::{Firmware, Product};
use crate::digest::Sha384;
use crate::finding::Rule;
use crate::requirements::Common;

/// Accepted values of a SEV-SNP report. Defaults refuse what exposes the guest (debug, migration
/// agents) and warn about the rest. Without a rule of the policy's that may be absent, a bit that
/// is not as a reader would want it is compared with nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SnpPolicy {
    /// Accepted products.
    pub products: Vec<Product>,
    /// A product with a published weakness that attestation cannot see.
    pub weak_product: Rule,
    /// Guest policy allows debugging (bit 19).
    pub debug: Rule,
    /// Guest policy allows a migration agent (bit 18), or the report names one.
    pub migration_agent: Rule,
    /// Guest policy allows SMT (bit 16).
    pub smt: Option<Rule>,
    /// Guest policy allows CXL memory (bit 21).
    pub cxl: Rule,
    /// Guest policy bit 20 is clear: the guest may run on several sockets.
    pub unasked_single_socket: Option<Rule>,
    /// Guest policy bit 22 is clear: the guest does not ask for AES-256-XTS.
    pub unasked_aes_256_xts: Option<Rule>,
    /// Guest policy bit 23 is clear: the guest does not ask for power readings to be off.
    pub unasked_rapl_disabled: Option<Rule>,
    /// Guest policy bit 24 is clear: the guest does not ask for ciphertext hiding.
    pub unasked_ciphertext_hiding: Option<Rule>,
    /// Guest policy bit 25 is clear: the host may move and swap the guest's pages.
    pub unasked_page_swap_disabled: Option<Rule>,
    /// Bits or bytes that the specification reserves are set.
    pub reserved: Rule,
    /// PLATFORM_INFO bit 5 is clear: firmware did not report a completed alias check (BadRAM).
    pub without_alias_check: Rule,
    /// PLATFORM_INFO bit 1 is clear: transparent SME is off.
    pub without_tsme: Option<Rule>,
    /// PLATFORM_INFO bit 2 is clear: memory has no ECC.
    pub without_ecc: Option<Rule>,
    /// PLATFORM_INFO bit 4 is clear: ciphertext is visible to the host.
    pub without_ciphertext_hiding: Option<Rule>,
    /// PLATFORM_INFO bit 3 is clear: power readings are available to the host.
    pub without_rapl_disabled: Option<Rule>,
    /// PLATFORM_INFO bit 6 is clear.
    pub without_iommu_write_safe: Option<Rule>,
    /// PLATFORM_INFO bit 7 is set: devices may be let into guests' memory (SEV-TIO).
    pub tio: Option<Rule>,
    /// Committed firmware is older than current firmware: it can still be rolled back.
    pub provisional_firmware: Rule,
    /// A security version is below this project's dated table.
    pub below_minimum: Rule,
    /// Lowest accepted security versions, beside the table.
    pub tcb_floor: Option<TcbFloor>,
    /// Lowest accepted firmware version, current and committed.
    pub minimum_firmware: Option<Firmware>,
    /// Lowest accepted firmware ABI in the guest policy.
    pub minimum_abi: Option<AbiVersion>,
    /// Accepted VMPLs.
    pub vmpl: Vec<u32>,
    /// Lowest accepted guest SVN.
    pub minimum_guest_svn: Option<u32>,
    /// Accepted launch measurements (reference values).
    pub measurements: Vec<Sha384>,
    /// Accepted HOST_DATA, 32 bytes in hex.
    pub host_data: Option<crate::digest::Sha256>,
    /// Accepted REPORT_DATA, 64 bytes in hex.
    pub report_data: Option<crate::digest::Sha512>,
    /// Accepted family id, 16 bytes in hex.
    pub family_id: Option<String>,
    /// Accepted image id, 16 bytes in hex.
    pub image_id: Option<String>,
    /// Accepted ID key digests; empty accepts any.
    pub id_keys: Vec<Sha384>,
    /// Accepted author key digests; empty accepts any.
    pub author_keys: Vec<Sha384>,
}

impl Default for SnpPolicy {
    fn default() -> Self {
        Self {
            products: vec![Product::Milan, Product::Genoa, Product::Turin],
            weak_product: Rule::Warn,
            debug: Rule::Deny,
            migration_agent: Rule::Deny,
            smt: None,
            cxl: Rule::Warn,
            unasked_single_socket: None,
            unasked_aes_256_xts: None,
            unasked_rapl_disabled: None,
            unasked_ciphertext_hiding: None,
            unasked_page_swap_disabled: None,
            reserved: Rule::Warn,
            without_alias_check: Rule::Warn,
            without_tsme: None,
            without_ecc: None,
            without_ciphertext_hiding: None,
            without_rapl_disabled: None,
            without_iommu_write_safe: None,
            tio: None,
            provisional_firmware: Rule::Warn,
            below_minimum: Rule::Warn,
            tcb_floor: None,
            minimum_firmware: None,
            minimum_abi: None,
            vmpl: vec![0, 1, 2, 3],
            minimum_guest_svn: None,
            measurements: Vec::new(),
            host_data: None,
            report_data: None,
            family_id: None,
            image_id: None,
            id_keys: Vec::new(),
            author_keys: Vec::new(),
        }
    }
}

/// Lowest accepted security versions; a component left out is not compared.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TcbFloor {
    /// Secure boot loader.
    pub bootloader: u8,
    /// PSP operating system.
    pub tee: u8,
    /// SNP firmware.
    pub snp: u8,
    /// Microcode.
    pub microcode: u8,
    /// Firmware management controller (Turin).
    pub fmc: u8,
}

/// A firmware ABI version, `major.minor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbiVersion {
    /// Major version.
    pub major: u8,
    /// Minor version.
    pub minor: u8,
}

impl std::fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A policy that says something about SEV-SNP reports.
pub(crate) trait ForSnp: Common {
    /// What it says.
    fn snp(&self) -> &SnpPolicy;
}
