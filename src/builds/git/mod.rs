//! The source: git objects hashed again, and GitHub's answers about them.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod source;
pub mod verify;
pub mod wanted;
