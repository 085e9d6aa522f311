//! Quotes of a cloud provider's virtual TPM, under the provider's root.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
pub(crate) mod wanted;
