//! The source: git objects hashed again, and GitHub's answers about them.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod source;
pub mod verify;
pub mod wanted;
