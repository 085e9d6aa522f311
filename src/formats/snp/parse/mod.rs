//! SEV-SNP attestation reports (AMD SEV Secure Nested Paging Firmware ABI Specification, document
//! 56860, table "ATTESTATION_REPORT Structure"). All numbers are little-endian.

pub mod amd;

mod answer;
mod bits;
mod certificate_table;
mod fields;
pub(crate) mod members;
pub mod place;
mod report;
mod tcb;

pub use answer::Answer;
pub use bits::{Bit, GUEST_POLICY, GuestPolicy, KeyInfo, PLATFORM_INFO, PlatformInfo, SigningKey};
pub use certificate_table::{CertificateTable, MAX_TABLE};
pub use fields::fields;
pub use report::{Cpuid, Firmware, Report, Version};
pub use tcb::{Component, Product, RawTcb, Tcb};
