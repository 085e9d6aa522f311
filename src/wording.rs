//! The English wording, looked up by stable ids.
//!
//! The sentences are in `www/locales/en.json`, which the page reads too; its `README.md` says
//! which key is used when. A key that is missing shows as the key itself, so that a gap is seen.

use std::sync::LazyLock;

use serde::Serialize;
use serde_json::Value as Json;

use crate::finding::{Check, LinkId, Value};
use crate::report::{Level, Link, LinkFinding, Report, RootOfTrust, State};

static ENGLISH: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../www/locales/en.json")).unwrap_or(Json::Null)
});

/// The text at `path`, or `None`.
pub fn find(path: &[&str]) -> Option<&'static str> {
    at(path)?.as_str()
}

/// The text at `path`, or the last part of `path`.
pub fn text<'a>(path: &[&'a str]) -> &'a str {
    find(path).or(path.last().copied()).unwrap_or_default()
}

/// The list of texts at `path`; empty when there is none.
pub fn list(path: &[&str]) -> Vec<&'static str> {
    at(path)
        .and_then(Json::as_array)
        .map(|items| items.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default()
}

/// A string of the terminal with its placeholders filled in.
pub fn cli(key: &str, values: &[(&str, &str)]) -> String {
    fill(text(&["cli", key]), values)
}

/// The stable word of a value of the report, as in its JSON.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Json::String(word)) => word,
        _ => String::new(),
    }
}

/// The word for `state` that a person sees.
pub fn state(state: State) -> &'static str {
    find(&["states", &word(&state), "word"]).unwrap_or_default()
}

/// The title of `check`.
pub fn title(check: &'static Check) -> &'static str {
    text(&["checks", check.id, "title"])
}

/// The title of `link`.
pub fn link_title(link: LinkId, root: RootOfTrust) -> &'static str {
    find(&["links", link.word(), &format!("title.{}", word(&root))])
        .or_else(|| find(&["links", link.word(), "title"]))
        .unwrap_or(link.word())
}

/// One sentence on `link` of `report` as it stands. Whose word the chain begins with narrows it.
pub fn link(link: &Link, report: &Report) -> String {
    let root = report.assurance.root_of_trust;
    if let Some(broken) = link.undermined_by {
        return fill(text(&["undermined"]), &[("link", link_title(broken, root))]);
    }
    let key = match link.state {
        State::Verified => "holds",
        State::Warning => "warning",
        State::NotPublished => "not-published",
        State::Unknown => "unknown",
        State::Failed => "failed",
    };
    let id = link.id.word();
    let narrow = format!("{key}.{}", word(&root));
    let simulated = [format!("{narrow}.simulated"), format!("{key}.simulated")];
    let simulated = simulated.iter().filter(|_| report.simulated).map(String::as_str);
    simulated
        .chain([narrow.as_str(), key])
        .find_map(|key| find(&["links", id, key]))
        .unwrap_or(id)
        .to_owned()
}

/// What no chain that begins with `root` reaches.
pub fn beyond(root: RootOfTrust) -> Vec<&'static str> {
    let own = list(&[&format!("beyond.{}", word(&root))]);
    if own.is_empty() { list(&["beyond"]) } else { own }
}

/// One sentence on what came of a check.
pub fn finding(finding: &LinkFinding, simulated: bool) -> String {
    let id = finding.check.id;
    let of = |key: &str| narrowed("checks", id, key, simulated);
    let found = match (&finding.actual, finding.outcome) {
        (Some(Value::Text(text)), "unknown") => Some(text.as_str()),
        (Some(Value::Text(text)), "pass") => ["set", "clear"].into_iter().find(|bit| bit == text),
        _ => None,
    };
    let by_word = |word| of(&format!("{}.{word}", finding.outcome));
    let by_reason = match finding.outcome {
        "unknown" => found.and_then(by_word).or_else(|| finding.reason.and_then(by_word)),
        _ => finding.reason.or(found).and_then(by_word),
    };
    let own = title(finding.check);
    match (finding.outcome, finding.reason) {
        ("unknown", Some("blocked")) => {
            let by = finding.blocked_by.map_or(own, title);
            by_reason
                .map_or_else(|| fill(text(&["why", "blocked"]), &[("check", by)]), str::to_owned)
        }
        ("unknown", why) => by_reason.or_else(|| of("unknown")).map_or_else(
            || fill(text(&["why", why.unwrap_or("not-supported")]), &[("check", own)]),
            str::to_owned,
        ),
        (outcome, _) => by_reason
            .or_else(|| of(outcome))
            .map_or_else(|| fill(text(&["outcomes", outcome]), &[("check", own)]), str::to_owned),
    }
}

/// What to do about a failure or a warning.
pub fn todo(finding: &LinkFinding) -> Option<&'static str> {
    let id = finding.check.id;
    finding
        .reason
        .and_then(|reason| find(&["checks", id, &format!("todo.{reason}")]))
        .or_else(|| find(&["checks", id, "todo"]))
}

/// The verdict as one sentence with its object.
pub fn verdict(report: &Report) -> &'static str {
    verdict_keys(report).iter().find_map(|key| find(&["verdicts", key])).unwrap_or_default()
}

/// What the verdict means.
pub fn means(report: &Report) -> Vec<&'static str> {
    verdict_list("means", report)
}

/// What the verdict does not mean.
pub fn not_means(report: &Report) -> Vec<&'static str> {
    verdict_list("not-means", report)
}

/// The key of the assurance level under `levels`.
pub fn level_key(level: Option<Level>, root: RootOfTrust) -> String {
    match (level, root) {
        (Some(level), _) => word(&level),
        (None, RootOfTrust::BuildOnly) => "none.build-only".to_owned(),
        (None, _) => "none".to_owned(),
    }
}

/// The `name` or the `meaning` of the level called `key`.
pub fn level(key: &str, field: &str, simulated: bool) -> &'static str {
    narrowed("levels", key, field, simulated).unwrap_or_default()
}

/// Replaces each `{name}` by its value.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                match values.iter().find(|(key, _)| *key == name) {
                    Some((_, value)) => filled.push_str(value),
                    None => filled.push_str(name),
                }
                rest = after;
            }
            None => rest = after,
        }
    }
    filled.push_str(rest);
    filled
}

fn at(path: &[&str]) -> Option<&'static Json> {
    path.iter().try_fold(&*ENGLISH, |json, key| json.get(key))
}

fn narrowed(section: &str, id: &str, key: &str, simulated: bool) -> Option<&'static str> {
    let narrower = simulated.then(|| find(&[section, id, &format!("{key}.simulated")])).flatten();
    narrower.or_else(|| find(&[section, id, key]))
}

fn verdict_keys(report: &Report) -> [String; 2] {
    let kind = if report.simulated { "simulated" } else { report.subject.kind };
    let key = format!("{kind}.{}", word(&report.verdict.state));
    let level = level_key(report.assurance.level, report.assurance.root_of_trust);
    [format!("{key}.{level}"), key]
}

fn verdict_list(section: &str, report: &Report) -> Vec<&'static str> {
    verdict_keys(report)
        .iter()
        .map(|key| list(&[section, key]))
        .find(|texts| !texts.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_values_are_not_read_as_templates() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
        assert_eq!(fill("no {end", &[]), "no end");
        assert_eq!(fill("{gap}", &[]), "gap");
    }

    #[test]
    fn a_missing_key_shows_as_itself() {
        assert_eq!(text(&["checks", "no.such.check", "title"]), "title");
        assert_eq!(text(&["claims", "no.such.claim"]), "no.such.claim");
    }
}
