//! Silicon to Source: from the chip maker's root key to a git commit.
//!
//! [`examine`] takes the evidence that a confidential service publishes, verifies every signature
//! from a pinned vendor root down to the measured machine and up to the signed build, appraises
//! what was said against a [policy](engine::policy), and returns a [`report::Report`].
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
//! # How it is laid out
//! Five zones, each of which may use only those before it:
//! - the kernel ([`span`], [`error`], [`digest`], [`time`], [`wire`], [`crypto`], [`pki`],
//!   [`finding`], [`claims`], [`report`] and their neighbours) knows no format;
//! - [`builds`]: signed builds and sources;
//! - [`formats`]: evidence of machines;
//! - [`services`]: what services publish, made of formats and builds;
//! - [`engine`]: which file is what, who examines it, policies, the list of all checks.
//!
//! Builds, formats and services are rooms: one folder a subject, with the same furniture in each.
//! `checks` is the room's table, `parse` believes nothing, `verify` says who said it, `policy` is
//! data, `appraise` can only ask for more, `wanted` says what would decide more, `examine` puts the
//! parts together. Each room's text names its root of trust, what it shows and does not show, and
//! its steps. ARCHITECTURE.md follows one report from bytes to sentence.
//!
//! # How to audit it
//! Read in the order of the chain:
//! 1. [`pki::anchors`]: what is pinned. [`crypto`]: the one door for signatures.
//! 2. [`formats::snp::verify`] (steps S1 to S9) and [`formats::snp::appraise`] (S10 to S22); or
//!    [`formats::intel::verify`] (T4 to T28) and [`formats::intel::appraise`] (T29 to T40).
//! 3. [`builds::sigstore::verify`] (the client specification's steps),
//!    [`builds::provenance::appraise`], [`builds::image::follow`].
//! 4. [`engine`]: how the parts are put together. [`report`]: how findings become a verdict.
//!
//! [`engine::checks::ALL`] lists every check; a check's row in its room says source, what it
//! carries and joins, and each reason for which it warns, is allowed or fails.
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
mod gather;
mod json;
mod hex;
pub mod locales;
pub(crate) mod piece;
pub mod pki;
pub mod report;
pub mod requirements;
pub mod services;
mod sorted;
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
/// Without a `policy` the built-in one for the kind of evidence is used. A [bundle](engine::bundle)
/// stands for the files in it.
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

/// Examines `files` with what a reader adds to them: [`examine`] with the policy that `options` make.
///
/// # Errors
/// As [`examine`], and when no policy can be made of the options.
pub fn examine_with(
    files: &[File<'_>],
    options: &engine::options::Options,
    context: &Context,
) -> Result<report::Report, error::Error> {
    crypto::remembering(|| crate::engine::examine_with(files, options, context))
}

/// Makes the report of a bundle again, for the bundle's own moment and with its maker's choices and
/// session, and compares it with the report that is in the bundle.
///
/// What such a report says of a challenge and of a connection is the word of whoever made the
/// bundle: it is not what the caller's process asked.
///
/// # Errors
/// When the files or the maker's choices cannot be understood by this version of the verifier.
pub fn recorded(bundle: &engine::bundle::Bundle) -> Result<engine::bundle::Recorded, error::Error> {
    crypto::remembering(|| bundle.recorded())
}
