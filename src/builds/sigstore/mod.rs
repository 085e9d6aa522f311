//! Sigstore bundles: who signed what, by Fulcio's certificate or a named key, in Rekor's log.

pub mod appraise;
pub mod checks;
pub mod conformance;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod renew;
pub mod verify;
