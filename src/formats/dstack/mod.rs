//! What dstack's guests answer: quotes, attestations, RA-TLS certificates.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
