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

/// Examines `input` for the moment `now`: the whole way from bytes to a report.
///
/// `collateral` holds further files in any order (certificates and revocation lists, PEM or DER);
/// they are untrusted input like everything else. Without a `policy` the built-in one for the
/// recognised kind of input is used.
///
/// # Errors
/// When the input, or a piece of collateral, cannot be understood. A negative answer is not an
/// error: it is a report.
pub fn examine(
    input: &[u8],
    collateral: &[&[u8]],
    policy: Option<&policy::Policy>,
    now: time::UnixTime,
) -> Result<report::Report, error::Error> {
    crypto::remembering(|| adapters::examine(input, collateral, policy, now))
}
