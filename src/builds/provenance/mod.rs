//! What a signed statement about a build says, against a policy.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod policy;
