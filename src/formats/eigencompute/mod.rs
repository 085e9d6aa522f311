//! EigenCompute's bound evidence: a processor's report and a virtual TPM's quotes, tied to each
//! other and to a challenge.
//!
//! The TPM signs the challenge together with the platform's name, so a report that was taken out is
//! missed. The processor's report names the TPM's key. Report and quote are put together again byte
//! for byte from protobuf, because the signatures cover raw bytes.
//!
//! # Root of trust
//! Intel or AMD where a processor's report is in the evidence; else Google, and the level is A2.
//! Google vouches for the TPM in each case.
//!
//! # Shows
//! The chip's maker vouches for the processor, whose report names the challenge and the TPM's key.
//! On TDX the launcher's log extends to the processor's own register and names the container's
//! digest, where the chain ends.
//!
//! # Does not show
//! - On SEV-SNP, the container by the chip's word: the launcher's log extends to the TPM's
//!   registers, so the container is Google's word. So is the kernel's command line.
//! - The boot in a TDX guest's own registers RTMR0 to RTMR2, unless the machine's CCEL log is
//!   handed in beside the evidence.
//! - Who built the container.
//! - Arguments and environment are shown as they were measured, whatever the operator put into
//!   them.
//!
//! # Steps
//! They have no numbers, except those of quote (T1 to T40) and report (S1 to S22). In the order of
//! the table: challenge, report data, boot, boot's log, registers, hardened image, launch,
//! container, overrides.
//!
//! # Files
//! `checks`, `parse` (`snp` and `tdx` rebuild the raw bytes), `verify` (both formulas), `policy`,
//! `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
