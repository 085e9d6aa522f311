//! Silicon to Source: from the chip maker's root key to a git commit.
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

pub mod adapters;
pub mod appraise;
pub mod bytes;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod crypto;
pub mod digest;
pub mod endorsements;
pub mod error;
pub mod evidence;
pub mod finding;
mod json;
pub mod pki;
pub mod plan;
pub mod policy;
pub mod report;
#[cfg(feature = "sim")]
pub mod sim;
pub mod time;
pub mod verify;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
#[cfg(feature = "cli")]
pub mod wording;

pub use adapters::examine;
