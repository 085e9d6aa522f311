//! Azure SEV-SNP evidence: AMD's report, and the paravisor's virtual TPM.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
