//! Git's objects, and GitHub's answers about them. Nothing here is believed.

pub mod github;
pub mod objects;

/// The type of an object of git's, compressed or not.
pub(crate) const OBJECT: &str = "git-object";

/// The type of an answer of GitHub's.
pub(crate) const ANSWER: &str = "github-answer";
