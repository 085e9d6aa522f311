//! What dstack's guests answer: quotes, attestations, RA-TLS certificates.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
