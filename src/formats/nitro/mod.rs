//! AWS Nitro attestation documents, under AWS's root.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
