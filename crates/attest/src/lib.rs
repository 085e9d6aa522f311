//! The sidecar: publishes a machine's attestation as `GET /v1/coordinator/attestation`.
//!
//! It runs inside the confidential machine, beside the service it is about. It collects and
//! staples; it verifies nothing, and a reader believes it nothing.
#![cfg(unix)]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

pub mod check;
pub mod collateral;
pub mod config;
pub mod health;
pub mod http;
pub mod init;
pub mod issue;
mod ladder;
pub mod launcher;
pub mod limit;
pub mod listen;
pub mod metrics;
mod parts;
pub mod run;
pub mod tsm;

pub use config::{Config, ConfigError};
pub use issue::Issuer;
