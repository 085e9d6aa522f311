//! A simulated vendor PKI and evidence signed by it, for the demonstration and for tests.
//!
//! Nothing made here says anything about any hardware: the private keys are in this repository,
//! in `src/sim/keys/`, for everyone to read. Every certificate, log name and domain made here
//! carries the word `SIMULATED` or a name under `.example` (RFC 2606).
//!
//! The generator is deterministic: fixed keys, fixed dates, RFC 6979 nonces and fixed PSS salts,
//! so the same specification gives the same bytes on every run. Its specifications have public
//! fields, so that a test can spoil exactly one thing before the signature is made.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "inputs are our own constants"
)]

pub mod amd;
pub mod certificate;
mod der;
mod files;
pub mod keys;
pub mod signature;
pub mod sigstore;

use crate::time::{UnixTime, Validity};

pub use files::{File, files};

/// When every simulated certificate authority is valid: 2020-01-01 to 2049-12-31, the last year
/// that UTCTime can say.
pub const AUTHORITY_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_577_836_800), not_after: UnixTime(2_524_607_999) };

/// When every long-lived simulated end-entity certificate is valid: 2024-06-01 to 2045-12-31.
pub const ENTITY_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_717_200_000), not_after: UnixTime(2_398_377_599) };
