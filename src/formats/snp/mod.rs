//! AMD SEV-SNP attestation reports, under AMD's root.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod files;
pub(crate) mod minimum;
pub mod parse;
pub(crate) mod policy;
pub mod verify;
pub mod wanted;
