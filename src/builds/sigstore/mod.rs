//! Sigstore bundles: who signed what, by Fulcio's certificate or a named key, in Rekor's log.

pub(crate) mod appraise;
pub mod checks;
pub mod conformance;
pub(crate) mod examine;
pub mod parse;
pub mod policy;
pub(crate) mod renew;
pub mod verify;
