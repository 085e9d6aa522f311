//! The source: git objects hashed again, and GitHub's answers about them.
//!
//! A signed build names a commit by its hash. Objects come as git stores them, in the open, or as
//! GitHub's API answers about them; commits and tags are rebuilt from the answers.
//!
//! # Root of trust
//! None of its own. An object counts only by the name that the object above it gives, up to the
//! commit, whose name is in the signed build.
//!
//! # Shows
//! These bytes are the commit that the build names, and these are its folders and files, down to
//! the workflow file that the certificate names.
//!
//! # Does not show
//! - That a tag or branch points to the commit: a ref is no object. Nothing signed names a tag
//!   object, so a supplied tag can only agree (`git.tag`).
//! - Who wrote the commit: what a commit says about itself is its own word. No committer's key is
//!   pinned, so no commit's signature is checked (`git.commit-signature`).
//! - That GitHub answers with all attestations: each bundle in an answer is verified like any
//!   other, and one about another artifact decides nothing.
//!
//! # Steps
//! `git.workflow` is step 1.8 of Sigstore's checklist; the others have no numbers. In the order of
//! the table: commit, tree, workflow, object, file, tag, commit's signature, GitHub's attestations.
//!
//! # Files
//! `checks`, `parse` (`objects` of git; `github`: answers, and bundles as GitHub stores them),
//! `verify` (`hash`, `objects`, `folders`, `tag`; `rebuild`: objects from GitHub's answers),
//! `appraise`, `wanted` (what GitHub serves), `source` (the source behind a build, beside any
//! evidence), `examine` (GitHub's answer as the evidence).

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod source;
pub mod verify;
pub mod wanted;
