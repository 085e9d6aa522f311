//! Build provenance by Google Cloud Build.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod verify;
