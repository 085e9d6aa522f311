//! Attestation tokens (JWT) of services that verified evidence themselves.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
