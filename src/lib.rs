//! Silicon to Source: from the chip maker's root key to a git commit.
//!
//! [`examine`] takes the evidence that a confidential service publishes, verifies every signature
//! from a pinned vendor root down to the measured machine and up to the signed build, appraises
//! what was said against a [`policy`], and returns a [`report::Report`].
//!
//! ```text
//! evidence + endorsements (bytes)        policy (data)        now (argument)
//!               |                              |                  |
//!          [ parse ] -> [ verify ] -> [ claims ] -> [ appraise ] -> Report
//!           believes      proves       says what      can only
//!           nothing      who said it   was said       lower it
//! ```
//!
//! # What a pass means
//! For the moment `now`: the keys of a pinned vendor vouch for the chip, the chip signed these
//! measurements, and each check that the policy requires holds. With provenance: a build service
//! signed that the measurement belongs to a commit.
//!
//! # What it does not mean
//! That the code is good, that nobody opened the chip or took its keys, that the build service and
//! the log told the truth, that the reader's connection ends in the measured machine, or anything
//! listed in [`report::Report::not_checked`].
//!
//! # Whom it is built to withstand
//! Whoever serves the evidence, everything beside it, and the policy's subject. All input is
//! untrusted; sizes are capped before allocation; a member that appears twice in JSON is an error;
//! a root inside the evidence is never used; a check that cannot run says so. The core has no
//! clock, no network and no randomness.
//!
//! # How to audit it
//! Read in the order of the chain: [`pki::anchors`] (what is pinned), [`crypto`] (the one door for
//! signatures), [`verify::snp`] (steps S1 to S9), [`appraise::snp`] (S10 to S22),
//! [`verify::sigstore`] (the client specification's steps), [`appraise::provenance`],
//! [`adapters`] (how the parts are put together), [`report`] (how findings become a verdict).
//! [`finding::checks`] lists every check with its source.
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

pub mod builds;
pub(crate) mod bytes;
pub mod claims;
mod context;
pub mod crypto;
pub mod digest;
pub mod engine;
pub mod error;
pub(crate) mod file;
pub mod finding;
pub mod formats;
mod json;
pub mod locales;
pub(crate) mod piece;
pub mod pki;
pub mod report;
pub mod requirements;
pub mod services;
pub mod span;
pub mod text;
pub mod time;
pub mod wire;

pub use context::{Asked, AskedAnswer, Context};
pub use file::{File, Origin};

/// Examines `files`: the whole way from bytes to a report.
///
/// One of the files is the evidence, chosen by what it is; the others are what stands beside it, in
/// any order: certificates, revocation lists, vendor lists, logs, builds. All are untrusted input.
/// Without a `policy` the built-in one for the kind of evidence is used.
///
/// # Errors
/// When no file is evidence, or the evidence cannot be understood; the error names the file. A
/// negative answer is not an error: it is a report. What cannot be read beside the evidence is said
/// in the report.
pub fn examine(
    files: &[File<'_>],
    policy: Option<&crate::engine::policy::Policy>,
    context: &Context,
) -> Result<report::Report, error::Error> {
    crypto::remembering(|| crate::engine::examine(files, policy, context))
}
