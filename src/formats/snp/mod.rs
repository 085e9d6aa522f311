//! AMD SEV-SNP attestation reports, under AMD's root.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod files;
pub mod minimum;
pub mod parse;
pub mod policy;
pub mod verify;
pub mod wanted;
