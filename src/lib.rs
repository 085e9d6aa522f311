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

pub mod bytes;
#[cfg(feature = "cli")]
pub mod cli;
pub mod crypto;
pub mod digest;
pub mod error;
pub mod evidence;
pub mod finding;
mod json;
pub mod pki;
pub mod policy;
pub mod report;
pub mod time;
#[cfg(feature = "cli")]
pub mod wording;
