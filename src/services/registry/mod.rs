//! What RPC providers say of registers on chains.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod wanted;
