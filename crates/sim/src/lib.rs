//! A simulated vendor PKI and evidence signed by it, for the demonstration and for tests.
//!
//! Nothing made here says anything about any hardware: the private keys are in this repository,
//! in `crates/sim/src/keys/`, for everyone to read. Every certificate, log name and domain made here
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

#[cfg(target_arch = "wasm32")]
compile_error!("the simulated PKI, with its public private keys, is never part of the wasm");

pub mod aci;
pub mod amd;
pub mod apple;
pub mod azure;
pub mod bound;
pub mod cel;
pub mod certificate;
pub mod container;
pub mod contrast;
pub mod coordinator;
pub mod crl;
pub mod cvm;
mod der;
pub mod eigencompute;
mod files;
pub mod gcb;
pub mod google;
pub mod intel;
pub mod keys;
pub mod near;
pub mod nitro;
pub mod nvidia;
pub mod oci;
pub mod ocsp;
pub mod provided;
pub mod release;
pub mod repository;
pub mod service;
pub mod sidecar;
pub mod signature;
pub mod sigstore;
pub mod tinfoil;
pub mod tuf;

use base64::Engine as _;

use silicon_to_source::time::{UnixTime, Validity};

pub use files::{File, files};

/// When every simulated certificate authority is valid: 2020-01-01 to 2049-12-31, the last year
/// that UTCTime can say.
pub const AUTHORITY_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_577_836_800), not_after: UnixTime(2_524_607_999) };

/// When every long-lived simulated end-entity certificate is valid: 2024-06-01 to 2045-12-31.
pub const ENTITY_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_717_200_000), not_after: UnixTime(2_398_377_599) };

/// When the simulated build ran: 2024-12-01T00:00:00Z.
pub const BUILD_TIME: UnixTime = UnixTime(1_733_011_200);

/// The demonstration: a whole Tinfoil attestation bundle (JSON) that holds together in every
/// part, under the simulated roots only.
///
/// It can be verified at any time from 2025-01-01 to 2045-01-01.
pub fn demonstration() -> Vec<u8> {
    tinfoil::TinfoilSpec::default().bytes()
}

/// PEM with lines of 64 characters (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap());
    let body: String = lines.flat_map(|line| [line, "\n"]).collect();
    format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n")
}
