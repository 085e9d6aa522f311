//! What GitHub's API answers about objects of a repository and about attestations (REST API,
//! "Git database" and "Artifact attestations"). Nothing in it is believed: objects are rebuilt
//! and hashed, bundles are verified.

mod attestations;
mod compressed;
mod objects;

use crate::error::Error;
use crate::json::Names;

pub use attestations::{Attestation, MAX_ATTESTATIONS, attestations, is_bundle_host};
pub use compressed::{MAX_DECODED, decoded};
pub use objects::{Blob, Commit, Person, Reference, Signed, Tag, Tree, TreeEntry};

/// The largest answer that is read, in bytes: GitHub's blobs have at most 100 MB, and no source
/// file that a build is read from comes near that.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// An answer, told apart by its members.
#[derive(Clone, Debug)]
pub enum Answer {
    /// `GET /repos/O/R/attestations/DIGEST`.
    Attestations(Vec<Attestation>),
    /// `GET /repos/O/R/git/blobs/NAME`.
    Blob(Blob),
    /// `GET /repos/O/R/git/commits/NAME`.
    Commit(Box<Commit>),
    /// `GET /repos/O/R/git/ref/REF`.
    Reference(Reference),
    /// `GET /repos/O/R/git/tags/NAME`.
    Tag(Box<Tag>),
    /// `GET /repos/O/R/git/trees/NAME`, with or without `recursive=1`.
    Tree(Tree),
}

impl Answer {
    /// Reads an answer. `None` when `bytes` are not JSON with the members of one.
    ///
    /// # Errors
    /// When it has the members of an answer and is not one.
    pub fn of(bytes: &[u8]) -> Result<Option<Self>, Error> {
        const WHAT: &str = "GitHub answer";
        let Some(members) = Names::of(bytes) else { return Ok(None) };
        let has = |names: &[&str]| names.iter().all(|name| members.has(name));
        let read = || {
            Error::cap(WHAT, bytes.len(), MAX_ANSWER)?;
            crate::json::unique(WHAT, bytes)
        };
        Ok(Some(if has(&["attestations"]) {
            read()?;
            Self::Attestations(attestations(bytes)?)
        } else if has(&["sha", "tree", "message", "author", "committer"]) {
            read()?;
            Self::Commit(crate::json::borrowed("GitHub answer, commit", bytes)?)
        } else if has(&["sha", "tree"]) {
            read()?;
            Self::Tree(crate::json::borrowed("GitHub answer, tree", bytes)?)
        } else if has(&["sha", "content", "encoding"]) {
            read()?;
            Self::Blob(crate::json::borrowed("GitHub answer, blob", bytes)?)
        } else if has(&["sha", "tag", "object"]) {
            read()?;
            Self::Tag(crate::json::borrowed("GitHub answer, tag", bytes)?)
        } else if has(&["ref", "object"]) {
            read()?;
            Self::Reference(crate::json::borrowed("GitHub answer, ref", bytes)?)
        } else {
            return Ok(None);
        }))
    }
}
