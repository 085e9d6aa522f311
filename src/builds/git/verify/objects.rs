//! The objects that were supplied.

use std::collections::BTreeSet;

use super::hash::name;
use crate::builds::git::parse::github::{Answer, Blob, Commit, Reference, Tag, Tree};
use crate::builds::git::parse::objects::{Format, Kind, Object, ObjectName};
use crate::gather;

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

    /// The names of the objects, as far as they have one: of an answer about a commit or a tag, the
    /// one that it gives itself.
    pub fn names(&self, format: Format) -> BTreeSet<ObjectName> {
        let hashed = |kind, content: &[u8]| name(format, kind, content).ok();
        let stored = self.stored.iter();
        let mut names: BTreeSet<ObjectName> =
            gather::set(stored.filter_map(|object| hashed(object.kind, &object.content)));
        for answer in &self.answers {
            match answer {
                Answer::Commit(commit) => names.extend(commit.sha.parse::<ObjectName>().ok()),
                Answer::Tag(tag) => names.extend(tag.sha.parse::<ObjectName>().ok()),
                Answer::Tree(tree) => {
                    let contents = tree.contents().unwrap_or_default();
                    names.extend(contents.iter().filter_map(|one| hashed(Kind::Tree, one)));
                }
                Answer::Blob(blob) => {
                    names.extend(blob.content().ok().and_then(|one| hashed(Kind::Blob, &one)));
                }
                Answer::Reference(_) | Answer::Attestations(_) => {}
            }
        }
        names
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

    /// Answers about refs.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Reference(reference) => Some(reference),
            _ => None,
        })
    }
}
