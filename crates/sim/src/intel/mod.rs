//! A simulated Intel: root, PCK authorities, a platform's PCK certificate, revocation lists, TCB
//! info, quoting enclave identities, and SGX and TDX quotes with their collateral.
//!
//! The healthy values fit together: [`QuoteSpec::tdx_v4`] verifies with [`CollateralSpec::tdx`],
//! and [`QuoteSpec::sgx_v3`] with [`CollateralSpec::sgx`], as `UpToDate` at any time from
//! 2025-01-01 to 2045-01-01. Spoil one field of one specification to get one failure.

mod authority;
pub mod body;
mod collateral;
mod crl;
pub mod pck;
mod qe_identity;
pub mod quote;
mod signed;
pub mod tcb_info;

use silicon_to_source::time::{UnixTime, Validity};

pub use authority::{AuthoritySpec, Role, authority};
pub use body::{EnclaveSpec, TdSpec};
pub use collateral::{CollateralSpec, PccsAnswers, PcsAnswer};
pub use crl::CrlSpec;
pub use pck::{FieldSpoil, PckSpec, SgxExtension};
pub use qe_identity::{QeIdentitySpec, QeLevel};
pub use quote::{Certification, QuoteSpec};
pub use signed::SignedJson;
pub use tcb_info::{TcbInfoSpec, TcbLevel, TdxModule, TdxModuleIdentity};

/// FMSPC of the simulated platform.
pub const FMSPC: [u8; 6] = *b"SIMULA";

/// PCEID of the simulated platform.
pub const PCE_ID: [u8; 2] = [0, 0];

/// Security versions of the simulated platform's SGX TCB components: its CPUSVN.
pub const COMPONENTS: [u8; 16] = [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];

/// Security version of the simulated platform's provisioning certification enclave.
pub const PCE_SVN: u16 = 13;

/// TEE_TCB_SVN of the simulated platform: TDX module version 1 with security version 6.
pub const TEE_TCB_SVN: [u8; 16] = [6, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The tcbEvaluationDataNumber of healthy collateral.
pub const EVALUATION_NUMBER: u32 = 20;

/// When healthy collateral is fresh: 2024-12-01 to 2045-12-31. Intel's own is fresh for 30 days.
pub const COLLATERAL_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_733_011_200), not_after: UnixTime(2_398_377_599) };

/// Certificates as PEM, in this order.
pub fn pem_chain<C: AsRef<[u8]>>(certificates: &[C]) -> String {
    certificates.iter().map(|der| crate::pem("CERTIFICATE", der.as_ref())).collect()
}
