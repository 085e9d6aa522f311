//! The Update Framework: how Sigstore's keys are renewed without a new verifier.
//!
//! A reader hands in the repository's metadata (later roots, timestamp, snapshot, targets) and its
//! `trusted_root.json`. The files at hand are put through the client workflow of TUF 1.0, section
//! 5. sigstore-tuf keeps the state and checks signatures, thresholds and pins; nothing is fetched.
//!
//! # Root of trust
//! The first root of each instance (the public-good one, GitHub's, the simulated one), which comes
//! with the verifier.
//!
//! # Shows
//! The holders of the instance's root keys vouch, through roots, timestamp, snapshot and targets,
//! for these bytes of `trusted_root.json` at the asked time.
//!
//! # Does not show
//! - That no later root exists: only the repository can say so.
//! - Anything about a bundle. Keys that TUF does not vouch for are never used: the verifier's own
//!   copy stays in force, and a finding says why.
//!
//! # Steps
//! All checks are step 4 of Sigstore's checklist. In the order of the table: files, roots,
//! timestamp, snapshot, targets, target, rollback, expiry. Two rules are added to the library's: a
//! key that stands under two names counts once, and expiry is told apart from all else.
//!
//! # Files
//! `checks`, `parse` (the envelope only), `verify` (`instance`: first roots; `client`: the workflow
//! with a repository, which the conformance suite drives), `wanted` (what the repositories serve).
//! `sigstore::renew` asks this room which keys are in force.

pub mod checks;
pub(crate) mod parse;
pub mod verify;
pub(crate) mod wanted;

use crate::piece::Role;

/// What The Update Framework's client reads.
pub(crate) const ROLES: &[Role] = &[Role::TufMetadata, Role::TrustedRoot];
