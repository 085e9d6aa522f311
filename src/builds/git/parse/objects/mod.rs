//! Git's objects, taken apart. Nothing here is believed: whether an object has the name that
//! something signed gives it is decided in [`crate::builds::git::verify`].
//!
//! An object's name is the hash of `kind SP length NUL content` (git, `gitformat-loose`,
//! `hash-function-transition`).

mod commit;
mod headers;
mod name;
mod stored;
mod tag;
mod tree;

pub use commit::{Commit, Person, SignatureFormat};
pub use name::{Format, ObjectName};
pub use stored::{MAX_OBJECT, Object};
pub use tag::Tag;
pub use tree::{Entry, Mode, Tree};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The content of a file.
    Blob,
    /// A state of all files, with who says so and what came before.
    Commit,
    /// An annotated tag: a name for another object.
    Tag,
    /// A folder.
    Tree,
}

impl Kind {
    /// The word in an object's header.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Commit => "commit",
            Self::Tag => "tag",
            Self::Tree => "tree",
        }
    }

    /// The kind that is called `word`.
    pub(crate) fn of(word: &[u8]) -> Option<Self> {
        [Self::Blob, Self::Commit, Self::Tag, Self::Tree]
            .into_iter()
            .find(|kind| kind.word().as_bytes() == word)
    }
}
