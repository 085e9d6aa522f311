//! What a policy says about SGX and TDX quotes.

use serde::{Deserialize, Deserializer};

use crate::builds::provenance::policy::ForBuilds;
use crate::digest::{Sha256, Sha384, Sha512};
use crate::finding::Rule;
use crate::hex;

/// Accepted values of an SGX or TDX quote. Defaults refuse what exposes the guest (debugging,
/// migration, old firmware) and warn about the rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct DcapPolicy {
    /// What Intel's word on the firmware means.
    pub tcb: TcbRules,
    /// Lowest accepted tcbEvaluationDataNumber of Intel's collateral. Intel serves two numbers at
    /// a time, as its early and its standard update, and neither statement says which of the two
    /// it is: a number is early or standard only beside the other one. What the signed collateral
    /// shows is the number and the dates; which numbers Intel serves today is in its list
    /// `tcbevaluationdatanumbers`, which is not signed collateral of a quote. A policy that wants
    /// the early update names its number here, and raises it with each TCB recovery.
    pub minimum_evaluation_number: Option<u32>,
    /// Accepted platforms by PPID, 16 bytes in hex; empty accepts any.
    pub platforms: Vec<String>,
    /// Accepted kinds of platform by FMSPC, 6 bytes in hex, as the PCK certificate has it; empty
    /// accepts any.
    pub fmspcs: Vec<Octets<6>>,
    /// Accepted makers of the quoting enclave by the vendor id of the quote's header, 16 bytes in
    /// hex. Whatever stands here, a quoting enclave of another maker than Intel fails.
    pub qe_vendors: Vec<Octets<16>>,
    /// Bytes other than zero stand after the quote.
    pub trailing: Rule,
    /// Accepted REPORTDATA, 64 bytes in hex.
    pub report_data: Option<Sha512>,
    /// TDX guests.
    pub tdx: TdxPolicy,
    /// SGX enclaves.
    pub sgx: SgxPolicy,
}

impl Default for DcapPolicy {
    fn default() -> Self {
        Self {
            tcb: TcbRules::default(),
            minimum_evaluation_number: None,
            platforms: Vec::new(),
            fmspcs: Vec::new(),
            qe_vendors: Vec::new(),
            trailing: Rule::Warn,
            report_data: None,
            tdx: TdxPolicy::default(),
            sgx: SgxPolicy::default(),
        }
    }
}

/// What each of Intel's TCB statuses means. UpToDate passes and Revoked fails, whatever a policy
/// says.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TcbRules {
    /// SWHardeningNeeded: the software inside has to take measures of its own.
    pub sw_hardening_needed: Rule,
    /// ConfigurationNeeded: the platform's settings have to be changed.
    pub configuration_needed: Rule,
    /// ConfigurationAndSWHardeningNeeded.
    pub configuration_and_sw_hardening_needed: Rule,
    /// OutOfDate.
    pub out_of_date: Rule,
    /// OutOfDateConfigurationNeeded.
    pub out_of_date_configuration_needed: Rule,
    /// TDRelaunchAdvised: the firmware was updated under the running guest.
    pub relaunch_advised: Rule,
    /// TDRelaunchAdvisedConfigurationNeeded.
    pub relaunch_advised_configuration_needed: Rule,
    /// Days after the date of the platform's TCB level for which an old one is a warning and not
    /// a failure.
    pub grace_days: u16,
}

impl Default for TcbRules {
    fn default() -> Self {
        Self {
            sw_hardening_needed: Rule::Warn,
            configuration_needed: Rule::Warn,
            configuration_and_sw_hardening_needed: Rule::Warn,
            out_of_date: Rule::Deny,
            out_of_date_configuration_needed: Rule::Deny,
            relaunch_advised: Rule::Warn,
            relaunch_advised_configuration_needed: Rule::Warn,
            grace_days: 0,
        }
    }
}

/// Accepted values of a TDX guest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TdxPolicy {
    /// TDATTRIBUTES bit 0 is set: the host may debug the guest.
    pub debug: Rule,
    /// Another of TDATTRIBUTES bits 1 to 7 is set: Intel counts the guest as exposed.
    pub tud: Rule,
    /// TDATTRIBUTES bit 28 is clear: the host can inject exceptions by taking pages away.
    pub without_sept_ve_disable: Rule,
    /// TDATTRIBUTES bit 29 is set: the guest can be moved to another machine.
    pub migratable: Rule,
    /// TDATTRIBUTES bit 30 is set: the guest uses protection keys for supervisor pages.
    pub pks: Option<Rule>,
    /// TDATTRIBUTES bit 31 is set: the guest uses Key Locker.
    pub kl: Option<Rule>,
    /// TDATTRIBUTES bit 63 is set: the guest uses performance counters.
    pub perfmon: Rule,
    /// TDATTRIBUTES bit 62 is set: the guest is an agent that provisions devices (TDX Connect).
    pub tpa: Rule,
    /// Bits without a name in this verifier are set, in TDATTRIBUTES or XFAM.
    pub reserved: Rule,
    /// MRSERVICETD is not zero: service guests, such as for migration, are bound to the guest.
    pub service_td: Rule,
    /// Accepted values of XFAM; empty accepts those that go with the bits Intel names.
    pub xfam: Vec<Octets<8>>,
    /// MRSIGNERSEAM is not zero: the TDX module is not Intel's.
    pub foreign_seam: Rule,
    /// Least TEE_TCB_SVN, 16 bytes in hex: each byte of the quote's is at least its byte here.
    pub minimum_tee_tcb_svn: Option<Octets<16>>,
    /// Accepted makers of the TDX module by MRSIGNERSEAM, beside `foreign-seam`; zero is Intel.
    pub mr_signer_seam: Vec<Sha384>,
    /// Accepted SEAMATTRIBUTES, 8 bytes in hex, beside `foreign-seam`.
    pub seam_attributes: Vec<Octets<8>>,
    /// Accepted TDX modules by MRSEAM; empty accepts any.
    pub mr_seam: Vec<Sha384>,
    /// What the host chose as MRCONFIGID.
    pub mr_config_id: RegisterRule,
    /// What the host chose as MROWNER.
    pub mr_owner: RegisterRule,
    /// What the host chose as MROWNERCONFIG.
    pub mr_owner_config: RegisterRule,
    /// Accepted MRTD (reference values).
    pub mr_td: Vec<Sha384>,
    /// Accepted RTMR0 (reference values).
    pub rtmr0: Vec<Sha384>,
    /// Accepted RTMR1 (reference values).
    pub rtmr1: Vec<Sha384>,
    /// Accepted RTMR2 (reference values).
    pub rtmr2: Vec<Sha384>,
    /// Accepted RTMR3 (reference values).
    pub rtmr3: Vec<Sha384>,
}

impl Default for TdxPolicy {
    fn default() -> Self {
        Self {
            debug: Rule::Deny,
            tud: Rule::Deny,
            without_sept_ve_disable: Rule::Deny,
            migratable: Rule::Deny,
            pks: None,
            kl: None,
            perfmon: Rule::Warn,
            tpa: Rule::Warn,
            reserved: Rule::Warn,
            service_td: Rule::Warn,
            xfam: Vec::new(),
            foreign_seam: Rule::Deny,
            minimum_tee_tcb_svn: None,
            mr_signer_seam: Vec::new(),
            seam_attributes: Vec::new(),
            mr_seam: Vec::new(),
            mr_config_id: RegisterRule::Any,
            mr_owner: RegisterRule::Any,
            mr_owner_config: RegisterRule::Any,
            mr_td: Vec::new(),
            rtmr0: Vec::new(),
            rtmr1: Vec::new(),
            rtmr2: Vec::new(),
            rtmr3: Vec::new(),
        }
    }
}

impl TdxPolicy {
    /// Whether firmware, kernel and command line are named: each alone says of no guest what it
    /// runs.
    pub(crate) const fn names_software(&self) -> bool {
        !self.mr_td.is_empty() && !self.rtmr1.is_empty() && !self.rtmr2.is_empty()
    }

    /// Accepted values of RTMR0 to RTMR3.
    pub fn rtmrs(&self) -> [&[Sha384]; 4] {
        [&self.rtmr0, &self.rtmr1, &self.rtmr2, &self.rtmr3]
    }
}

/// Accepted values of a register that the host fills before launch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegisterRule {
    /// Any: the register is compared with nothing.
    #[default]
    Any,
    /// Zero: the platform does not use it.
    Zero,
    /// One of these.
    OneOf(Vec<Sha384>),
}

/// A field of a quote or of a PCK certificate as a policy file writes it: its `N` bytes in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octets<const N: usize>(pub [u8; N]);

impl<const N: usize> std::fmt::Display for Octets<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Octets<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(&text, &mut bytes).map_err(|error| {
            let digits = N.saturating_mul(2);
            serde::de::Error::custom(format!("expected {digits} hex digits: {error}"))
        })?;
        Ok(Self(bytes))
    }
}

/// Accepted values of an SGX enclave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SgxPolicy {
    /// ATTRIBUTES bit 1 is set: the host may debug the enclave.
    pub debug: Rule,
    /// ATTRIBUTES bit 4 is set: the enclave may derive keys that identify the platform.
    pub provision_key: Rule,
    /// Reserved bytes or bits are set, or bits of XFRM without a name in this verifier.
    pub reserved: Rule,
    /// Accepted values of XFRM; empty accepts those that go with the bits Intel names.
    pub xfrm: Vec<Octets<8>>,
    /// Accepted MRENCLAVE (reference values).
    pub mr_enclave: Vec<Sha256>,
    /// Accepted MRSIGNER; empty accepts any.
    pub mr_signer: Vec<Sha256>,
    /// Accepted ISVPRODID.
    pub isv_prod_id: Option<u16>,
    /// Lowest accepted ISVSVN.
    pub minimum_isv_svn: Option<u16>,
    /// Accepted CONFIGID, 64 bytes in hex.
    pub config_id: Option<Sha512>,
}

impl Default for SgxPolicy {
    fn default() -> Self {
        Self {
            debug: Rule::Deny,
            provision_key: Rule::Warn,
            reserved: Rule::Warn,
            xfrm: Vec::new(),
            mr_enclave: Vec::new(),
            mr_signer: Vec::new(),
            isv_prod_id: None,
            minimum_isv_svn: None,
            config_id: None,
        }
    }
}

/// A policy that says something about Intel's quotes, and builds of what they measure.
pub(crate) trait ForIntel: ForBuilds {
    /// What it says.
    fn dcap(&self) -> &DcapPolicy;
}
