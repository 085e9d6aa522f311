//! A coordinator's attestation and the exchange in which it was asked.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub mod policy;
