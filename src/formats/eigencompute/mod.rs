//! EigenCompute's bound evidence: a processor's report and a virtual TPM, tied to a challenge.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
