//! Intel SGX and TDX quotes, versions 3, 4 and 5, with Intel's collateral.
//!
//! A quoting enclave of Intel's signs what the processor reports about one SGX enclave or one TDX
//! guest: measurements, rules, security versions and 64 bytes that the enclave or guest chose. The
//! PCK certificate is in the quote. TCB info, QE identity and revocation lists lie beside it:
//! Intel's signed statements about the platform's firmware.
//!
//! # Root of trust
//! Intel: the pinned SGX root key, in `crate::pki`.
//!
//! # Shows
//! Intel vouches for the platform's key; the key signed for a quoting enclave of Intel's, and the
//! enclave's key signed the quote. With collateral: which status Intel gives these firmware
//! versions, and which advisories are open.
//!
//! # Does not show
//! - Which software the registers stand for: the policy, a signed reference value, or recomputed
//!   registers say so. An event log says what a register was extended with.
//! - Who holds the machine, unless the policy names platforms.
//! - That nobody opened the chip or took its key.
//!
//! # Steps
//! - T1, T2: the quote taken apart. T3: Intel made the quoting enclave. T4, T5: certification data,
//!   the three certificates.
//! - T6: pinned root. T7: roles. T8: signatures and validity. T9, T10: revocation lists. T11: the
//!   PCK extension.
//! - T12 to T15: TCB info: signer, signature, dates, platform. T16: QE identity.
//! - T17, T18: the quoting enclave's report and the key in it. T19: its identity and level. T20:
//!   the quote's signature.
//! - T21 to T23: the platform's level. T24, T25: the TDX module. T26 to T28: status, relaunch and
//!   advisories together.
//! - T29: the policy on the status. T30: an enclave's rules and identity. T31 to T35: a guest's
//!   rules. T36: the TDX module's signer. T37: owner and configuration. T38: registers, software,
//!   event log.
//! - T39: report data. T40: which platform.
//!
//! # Files
//! `checks` (`dcap`, `quote`, `tdx`, `sgx`), `parse` (quotes; `parse/collateral` reads Intel's
//! files), `files` (whose collateral is whose), `verify` (T4 to T28), `policy`, `appraise` (T3, T4,
//! T14, T29 to T40), `wanted`, `examine`.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod files;
pub mod parse;
pub(crate) mod policy;
pub mod verify;
pub mod wanted;
