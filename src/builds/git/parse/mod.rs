//! Git's objects, and GitHub's answers about them. Nothing here is believed.

pub mod github;
pub mod objects;
