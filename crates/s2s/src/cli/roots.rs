//! `s2s roots`: the keys that come with the verifier, and how old they are.

use serde::Serialize;
use silicon_to_source::engine::roots::{Kind, Pinned, pinned};
use silicon_to_source::time::{DAY, UnixTime};

use super::look::{DIM, HEADING, Look, Page};
use super::problem::Problem;
use crate::wording::cli;

/// A root and what is left of it.
#[derive(Serialize)]
struct Dated {
    #[serde(flatten)]
    root: Pinned,
    /// Whole days until it ends, negative when it has ended; absent for what has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    days_left: Option<i64>,
}

/// Every pinned root as JSON.
pub(super) fn json(now: UnixTime) -> Result<String, Problem> {
    let roots: Vec<Dated> =
        read()?.into_iter().map(|root| Dated { days_left: days_left(&root, now), root }).collect();
    let mut json = serde_json::to_string_pretty(&roots).unwrap_or_default();
    json.push('\n');
    Ok(json)
}

/// Whole days from `now` until `root` ends. A list of keys has no end: its date is that of a copy.
fn days_left(root: &Pinned, now: UnixTime) -> Option<i64> {
    let until = root.until.filter(|_| root.kind != Kind::KeyList)?;
    Some(until.0.saturating_sub(now.0).div_euclid(DAY))
}

fn read() -> Result<Vec<Pinned>, Problem> {
    pinned().map_err(|error| Problem::unreadable("roots", &error))
}

/// Every pinned root with its SHA-256 and dates.
pub(super) fn page(look: Look, now: UnixTime) -> Result<String, Problem> {
    let roots = read()?;
    let mut page = Page::new(look);
    for root in roots {
        page.run("", "  ", &[(HEADING, &root.name)]);
        page.wrapped("  ", "  ", anstyle::Style::new(), &dates(&root, now));
        page.run("  ", "  ", &[(DIM, &root.sha256.to_string())]);
    }
    Ok(page.into_text())
}

fn dates(root: &Pinned, now: UnixTime) -> String {
    let text = |time: Option<UnixTime>| time.map_or_else(String::new, |time| time.to_string());
    let (until, version) = (text(root.until), root.version.to_string());
    let left = days_left(root, now);
    let days = left.unwrap_or_default().to_string();
    let values = [("version", version.as_str()), ("until", &until), ("days", &days)];
    let key = match (root.kind, left.is_some_and(|days| days < 0)) {
        (Kind::Certificate, _) if root.until.is_none() => return cli("roots.endless", &[]),
        (Kind::Certificate, false) => "roots.certificate",
        (Kind::Certificate, true) => "roots.certificate-expired",
        (Kind::Tuf, false) => "roots.tuf",
        (Kind::Tuf, true) => "roots.tuf-expired",
        (Kind::Key, _) => return cli("roots.key", &[]),
        (Kind::KeyList, _) => {
            let values = [("newest", text(root.newest)), ("copied", until.clone())];
            let values: Vec<_> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let key =
                if root.until.is_some() { "roots.key-list" } else { "roots.key-list-undated" };
            return cli(key, &values);
        }
    };
    let ends = match left {
        Some(0) => "roots.ends-today",
        Some(1) => "roots.ends-tomorrow",
        Some(2..) => "roots.ends",
        _ => return cli(key, &values),
    };
    format!("{} {}", cli(key, &values), cli(ends, &values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_negative_once_the_end_has_passed() {
        let root = |kind, until| Pinned {
            kind,
            name: String::new(),
            sha256: silicon_to_source::digest::Sha256([0; 32]),
            version: 1,
            until: Some(UnixTime(until)),
            newest: None,
        };
        for (until, now, days) in
            [(DAY, 0, 1), (DAY, 1, 0), (DAY, DAY, 0), (DAY, DAY + 1, -1), (0, 2 * DAY, -2)]
        {
            for kind in [Kind::Certificate, Kind::Tuf] {
                assert_eq!(days_left(&root(kind, until), UnixTime(now)), Some(days));
            }
        }
        assert_eq!(days_left(&root(Kind::KeyList, 0), UnixTime(0)), None);
        let expired = dates(&root(Kind::Certificate, 0), UnixTime(DAY));
        assert!(expired.contains("expired 1970-01-01T00:00:00Z"), "{expired}");
        for (days, sentence) in
            [(3, "It ends in 3 days."), (1, "It ends in one day."), (0, "It ends within a day.")]
        {
            let left = dates(&root(Kind::Tuf, days * DAY), UnixTime(0));
            assert!(left.ends_with(sentence), "{left}");
        }
    }
}
