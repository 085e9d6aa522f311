//! Bundles of tokens of NVIDIA's remote attestation service.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod verify;
