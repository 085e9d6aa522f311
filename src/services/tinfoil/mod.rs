//! Tinfoil's attestation bundles.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
