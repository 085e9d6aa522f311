//! Event logs: what a machine says that it measured, entry by entry.
//!
//! Three forms are read: the binary log of UEFI firmware (as a TPM log or as the CCEL table of a
//! guest), the canonical log of Confidential Space's launcher (CEL), and dstack's JSON array. A log
//! is the word of whoever serves it.
//!
//! # Root of trust
//! None of its own. The registers come from a quote that another room verified: Intel's RTMRs, or
//! the registers of Google's TPM.
//!
//! # Shows
//! These events, in this order, extend to the registers of the signed quote. What an entry states
//! counts only as far as its digest covers it.
//!
//! # Does not show
//! - The type and number of an event: no digest covers them. Of some events no digest covers the
//!   data either, and a finding says so.
//! - That an event is true. Whoever may extend a register may write any event into it.
//! - Anything after the end of the launch: reading stops at dstack's `system-ready` and at the
//!   launcher's separator.
//!
//! # Steps
//! All five checks are step T38 of Intel's quotes: replay, digests, launch, names, coverage.
//!
//! # Files
//! `checks`, `parse` (`tcg`, `efi`, `cel`, `dstack`), `verify` (`replay` extends the digests;
//! `tcg`, `cel` and `dstack` know their own logs; `meaning` says what firmware's events say),
//! `appraise` (what a verified log states, for showing), `examine` (of several logs, the one that
//! extends to the registers).

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub mod verify;
