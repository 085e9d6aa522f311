//! Annotated tags. Nothing signed names a tag object, so one that was supplied can only agree.

use super::hash::name;
use super::rebuild::{self, Rebuilt};
use super::{Missing, Objects, Sought};
use crate::endorsements::git::{Kind, ObjectName, Tag};
use crate::finding::{Finding, Value, Why, checks};

/// Whether the supplied tag object binds the tag's name to the commit, and what else would be
/// needed.
pub(super) fn examine(sought: &Sought, objects: &Objects<'_>) -> (Finding, Option<Missing>) {
    let check = &checks::GIT_TAG;
    let Some(tag) = &sought.tag else {
        return (Finding::unknown(check, Why::NotApplicable), None);
    };
    let mut worst: Option<Finding> = None;
    for content in contents(sought, objects) {
        let finding = match content {
            Ok(content) => about(sought, tag, &content),
            Err(finding) => *finding,
        };
        if finding.passed() {
            return (finding, None);
        }
        worst.get_or_insert(finding);
    }
    if let Some(finding) = worst {
        return (finding, None);
    }
    let own = format!("refs/tags/{tag}");
    let Some(reference) = objects.references().find(|reference| reference.name == own) else {
        return (Finding::unknown(check, Why::NotFetched), Some(Missing::Reference(tag.clone())));
    };
    let target = reference.object.sha.parse::<ObjectName>();
    match (reference.object.kind.as_str(), target) {
        ("commit", Ok(target)) if target == sought.commit => {
            (Finding::unknown(check, Why::NotApplicable).actual("a tag without an object"), None)
        }
        ("commit", Ok(target)) => {
            let finding = Finding::warn(check, "moved")
                .expected(Value::hex(sought.commit.as_bytes()))
                .actual(Value::hex(target.as_bytes()));
            (finding, None)
        }
        ("tag", Ok(target)) => {
            (Finding::unknown(check, Why::NotFetched), Some(Missing::Tag(target)))
        }
        _ => (Finding::unknown(check, Why::NotSupported), None),
    }
}

/// The contents of the supplied tags, or what is wrong with one.
fn contents(sought: &Sought, objects: &Objects<'_>) -> Vec<Result<Vec<u8>, Box<Finding>>> {
    let check = &checks::GIT_TAG;
    let stored = objects.stored(Kind::Tag).map(|content| {
        let named = name(sought.commit.format(), Kind::Tag, content);
        named.map(|_| content.to_vec()).map_err(|_| Box::new(Finding::fail(check, "collision")))
    });
    let answers = objects.tags().map(|answer| {
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

fn about(sought: &Sought, name: &str, content: &[u8]) -> Finding {
    let check = &checks::GIT_TAG;
    let tag = match Tag::parse(sought.commit.format(), content) {
        Ok(tag) => tag,
        Err(error) => return Finding::fail(check, "malformed").actual(error.to_string()),
    };
    if tag.name != name {
        return Finding::fail(check, "other-name").expected(name).actual(tag.name);
    }
    if tag.kind == Kind::Tag {
        return Finding::unknown(check, Why::NotSupported).actual("a tag of a tag");
    }
    Finding::equal(check, sought.commit.as_bytes(), tag.object.as_bytes())
}
