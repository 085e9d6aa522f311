//! Bundles of tokens of NVIDIA's remote attestation service.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod verify;
