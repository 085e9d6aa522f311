//! The objects that were supplied.

use crate::endorsements::git::{Kind, Object};
use crate::endorsements::github::{Answer, Blob, Commit, Reference, Tag, Tree};

/// Objects as git stores them and answers of GitHub's API, in any order. They are untrusted.
#[derive(Clone, Debug, Default)]
pub struct Objects<'a> {
    stored: Vec<Object<'a>>,
    answers: Vec<Answer>,
}

impl<'a> Objects<'a> {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.stored.is_empty() && self.answers.is_empty()
    }

    /// Adds an object.
    pub fn add_object(&mut self, object: Object<'a>) {
        self.stored.push(object);
    }

    /// Adds an answer. One about attestations is no object and is never looked at here.
    pub fn add_answer(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// Contents of the stored objects of `kind`.
    pub(super) fn stored(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        self.stored.iter().filter(move |object| object.kind == kind).map(|object| &*object.content)
    }

    pub(super) fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Commit(commit) => Some(&**commit),
            _ => None,
        })
    }

    pub(super) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Tree(tree) => Some(tree),
            _ => None,
        })
    }

    pub(super) fn blobs(&self) -> impl Iterator<Item = &Blob> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Blob(blob) => Some(blob),
            _ => None,
        })
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Tag(tag) => Some(&**tag),
            _ => None,
        })
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Reference(reference) => Some(reference),
            _ => None,
        })
    }
}
