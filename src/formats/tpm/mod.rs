//! Quotes of a cloud provider's virtual TPM, under the provider's root.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
pub mod wanted;
