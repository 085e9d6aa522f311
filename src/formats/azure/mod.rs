//! Azure SEV-SNP evidence: AMD's report, and the paravisor's virtual TPM.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
