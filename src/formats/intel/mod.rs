//! Intel SGX and TDX quotes with their collateral (DCAP), under Intel's root.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod files;
pub mod parse;
pub(crate) mod policy;
pub mod verify;
pub mod wanted;
