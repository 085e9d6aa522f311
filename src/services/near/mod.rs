//! NEAR AI's attestation reports.

pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
