//! Annotated tags.

use super::{Format, Kind, ObjectName, commit, headers};
use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "git tag";

/// An annotated tag: a name for an object. That the repository's ref of this name points to the
/// tag is not in it, and can be changed at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The object that is named.
    pub object: ObjectName,
    /// What that is.
    pub kind: Kind,
    /// The name, without `refs/tags/`.
    pub name: String,
}

impl Tag {
    /// Reads a tag's content: `object`, `type`, `tag`, then other headers, a blank line and the
    /// message (git, `tag.c`).
    ///
    /// # Errors
    /// When the first headers are others or in another order, or a value is not of its form.
    pub fn parse(format: Format, content: &[u8]) -> Result<Self, Error> {
        let at = Span::new(0, content.len());
        let (headers, _) = headers::split(WHAT, content)?;
        let mut rest = headers.iter();
        let object = commit::name(format, headers::expect(WHAT, &mut rest, "object")?)?;
        let kind = Kind::of(headers::expect(WHAT, &mut rest, "type")?)
            .ok_or_else(|| Error::malformed(WHAT, at, "it names an object of no known type"))?;
        let name = str::from_utf8(headers::expect(WHAT, &mut rest, "tag")?)
            .map_err(|_| Error::malformed(WHAT, at, "its name is not UTF-8"))?
            .to_owned();
        if rest.any(|header| ["object", "type", "tag"].iter().any(|n| n.as_bytes() == header.name))
        {
            return Err(Error::malformed(WHAT, at, "a header is there twice"));
        }
        Ok(Self { object, kind, name })
    }
}
