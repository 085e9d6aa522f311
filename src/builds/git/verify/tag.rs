//! Annotated tags. Nothing signed names a tag object, so one that was supplied can only agree.

use super::hash::name;
use super::rebuild::{self, Rebuilt};
use super::{Missing, Objects, Sought};
use crate::builds::git::checks;
use crate::builds::git::parse::objects::{Kind, ObjectName, Tag};
use crate::finding::{Finding, Value, Why};

/// What came of the tag.
pub(super) struct Examined {
    pub(super) finding: Finding,
    /// What else would be needed.
    pub(super) wanted: Option<Missing>,
    /// The tag object that was compared.
    pub(super) used: Option<ObjectName>,
}

impl From<Finding> for Examined {
    fn from(finding: Finding) -> Self {
        Self { finding, wanted: None, used: None }
    }
}

/// Whether the supplied tag object binds the tag's name to the commit. Tags of other names are
/// about something else.
pub(super) fn examine(sought: &Sought, objects: &Objects<'_>) -> Examined {
    let check = &checks::GIT_TAG;
    let Some(tag) = &sought.tag else {
        return Finding::unknown(check, Why::NotApplicable).into();
    };
    let mut first: Option<Examined> = None;
    for content in contents(sought, tag, objects) {
        let examined = match content {
            Ok(content) => match about(sought, tag, &content) {
                Some(finding) => Examined {
                    finding,
                    wanted: None,
                    used: name(sought.commit.format(), Kind::Tag, &content).ok(),
                },
                None => continue,
            },
            Err(finding) => Examined::from(*finding),
        };
        if examined.finding.passed() {
            return examined;
        }
        first.get_or_insert(examined);
    }
    first.unwrap_or_else(|| without_object(sought, tag, objects))
}

/// What GitHub says that the tag's name points to, when no tag object is at hand. Nothing signs
/// the answer.
fn without_object(sought: &Sought, tag: &str, objects: &Objects<'_>) -> Examined {
    let check = &checks::GIT_TAG;
    let own = format!("refs/tags/{tag}");
    let Some(reference) = objects.references().find(|reference| reference.name == own) else {
        return Examined {
            wanted: Some(Missing::Reference(tag.to_owned())),
            ..Finding::unknown(check, Why::NotFetched).into()
        };
    };
    let target = reference.object.sha.parse::<ObjectName>();
    match (reference.object.kind.as_str(), target) {
        ("commit", Ok(target)) if target == sought.commit => {
            Finding::unknown(check, Why::NotApplicable).actual("a tag without an object").into()
        }
        ("commit", Ok(target)) => Finding::warn(check, "moved")
            .expected(Value::hex(sought.commit.as_bytes()))
            .actual(Value::hex(target.as_bytes()))
            .into(),
        ("tag", Ok(target)) => Examined {
            wanted: Some(Missing::Tag(target)),
            ..Finding::unknown(check, Why::NotFetched).into()
        },
        _ => Finding::unknown(check, Why::NotSupported).into(),
    }
}

/// The contents of the supplied tags, or what is wrong with one that says that it is this tag.
fn contents(
    sought: &Sought,
    tag: &str,
    objects: &Objects<'_>,
) -> Vec<Result<Vec<u8>, Box<Finding>>> {
    let check = &checks::GIT_TAG;
    let stored = objects.stored(Kind::Tag).map(|content| {
        let named = name(sought.commit.format(), Kind::Tag, content);
        named.map(|_| content.to_vec()).map_err(|_| Box::new(Finding::fail(check, "collision")))
    });
    let answers = objects.tags().filter(|answer| answer.tag == tag).map(|answer| {
        let claimed: ObjectName =
            answer.sha.parse().map_err(|_| Box::new(Finding::fail(check, "malformed")))?;
        match rebuild::tag(answer, &claimed) {
            Rebuilt::Content(content) => Ok(content),
            Rebuilt::Different => Err(Box::new(Finding::fail(check, "not-rebuilt"))),
            Rebuilt::Impossible => Err(Box::new(Finding::unknown(check, Why::NotSupported))),
        }
    });
    stored.chain(answers).collect()
}

/// What the tag object shows, when it is of this name.
fn about(sought: &Sought, name: &str, content: &[u8]) -> Option<Finding> {
    let check = &checks::GIT_TAG;
    let tag = Tag::parse(sought.commit.format(), content).ok().filter(|tag| tag.name == name)?;
    if tag.kind == Kind::Tag {
        return Some(Finding::unknown(check, Why::NotSupported).actual("a tag of a tag"));
    }
    Some(Finding::equal(check, sought.commit.as_bytes(), tag.object.as_bytes()))
}
