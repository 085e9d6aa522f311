//! Intel SGX and TDX quotes with their collateral (DCAP), under Intel's root.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod files;
pub mod parse;
pub mod policy;
pub mod verify;
pub mod wanted;
