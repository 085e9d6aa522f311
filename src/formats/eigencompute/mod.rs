//! EigenCompute's bound evidence: a processor's report and a virtual TPM, tied to a challenge.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
