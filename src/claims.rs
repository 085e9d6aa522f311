//! What verified evidence states, independent of its format.

use std::borrow::Cow;

use serde::Serialize;

use crate::finding::{LinkId, Value};

/// A value that verified evidence states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Stable name (`snp.measurement`, `git.commit`).
    pub name: &'static str,
    /// The value.
    pub value: Value,
    /// The link that shows it; the claim stands and falls with that link.
    pub link: LinkId,
    /// Which of several machines or images it is about, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Cow<'static, str>>,
}

/// The one value that `claims` of the source give to `name`; `None` when they give none, or several
/// that differ.
pub(crate) fn of_source(claims: &[Claim], name: &str) -> Option<String> {
    let own = claims.iter().filter(|claim| claim.name == name && claim.link == LinkId::Commit);
    let mut values = own.map(|claim| claim.value.to_string());
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

/// What a service says about itself, beside what the chain derived. Saying it makes nothing true:
/// a statement never becomes a [`Claim`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// Stable name of the subject of the statement (`substrate`, `commit`).
    pub name: &'static str,
    /// What is said.
    pub said: Value,
    /// Where it is said: a member of the document, or a source with its date.
    pub source: Cow<'static, str>,
    /// What the chain derived instead or as well.
    pub shown: Option<Value>,
    /// The link that would show it.
    pub link: LinkId,
    /// How the two stand to each other.
    pub standing: Standing,
}

impl Stated {
    /// A statement of which the chain derives nothing.
    pub(crate) fn not_shown(
        name: &'static str,
        said: Value,
        source: impl Into<Cow<'static, str>>,
        link: LinkId,
    ) -> Self {
        let standing = Standing::NotShown;
        Self { name, said, source: source.into(), shown: None, link, standing }
    }
}

/// How a statement stands to what was derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The chain derived the same value.
    Agrees,
    /// The chain derived another value.
    Contradicts,
    /// The chain derived no such value.
    NotShown,
}
