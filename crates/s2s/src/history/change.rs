//! What changed from earlier records to a later one, in sentences. What differs, the verifier says
//! ([`silicon_to_source::engine::change`]), as it does for the page and the extension.

use std::collections::BTreeSet;

use silicon_to_source::engine::change;
use silicon_to_source::engine::seen::{Value, What};

use super::Record;
use crate::wording::{self, cli};

/// How many letters of a commit, and of a digest or key, are shown.
const COMMIT: usize = 12;
const DIGEST: usize = 16;

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What changed.
    pub what: What,
    /// Which of several: the name of a claim, with its part.
    pub name: Option<String>,
    /// The value before; `None` when there was none.
    pub before: Option<String>,
    /// The value now; `None` when there is none.
    pub after: Option<String>,
    /// Whether less is shown than before: a worse verdict, a lower level.
    pub is_worse: bool,
}

impl Change {
    /// The sentence for people.
    pub fn sentence(&self) -> String {
        let form = match (&self.before, &self.after) {
            (Some(_), Some(_)) => "changed",
            (None, _) => "new",
            (_, None) => "gone",
        };
        let (before, after) = self.shown();
        let name = self.name.as_deref().unwrap_or_default();
        let (claim, part) = name.split_once(", ").map_or((name, None), |(c, p)| (c, Some(p)));
        let title = wording::text(&["claims", claim]);
        let name = part.map_or_else(|| title.to_owned(), |part| format!("{title}, {part}"));
        let values = [("before", before.as_str()), ("after", &after), ("name", &name)];
        cli(&format!("history.{}.{form}", self.what.word()), &values)
    }

    /// The values as they are shown. Two that differ are never shown alike.
    fn shown(&self) -> (String, String) {
        let whole = |value: &Option<String>| value.clone().unwrap_or_default();
        let (before, after) = (whole(&self.before), whole(&self.after));
        let short = |value: &str| match self.what {
            What::State => wording::text(&["states", value, "word"]).to_owned(),
            What::Commit => cut(value, COMMIT),
            What::Image | What::Measurement => cut(value, DIGEST),
            What::ConnectionKey | What::TlsKey | What::SealedKey => cut(value, DIGEST),
            _ => value.to_owned(),
        };
        match (short(&before), short(&after)) {
            (one, other) if one == other => (before, after),
            shown => shown,
        }
    }
}

/// The first letters of a long value.
fn cut(value: &str, letters: usize) -> String {
    let mut shown: String = value.chars().take(letters).collect();
    if shown.len() < value.len() {
        shown.push_str("...");
    }
    shown
}

/// The states from best to worst.
const STATES: [&str; 5] = ["verified", "warning", "not-published", "unknown", "failed"];

/// What earlier checks of one service showed.
#[derive(Clone, Debug)]
pub struct Known(change::Known);

impl Known {
    /// What these records show, from the first to the last; `None` when there are none.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let mut known = change::Known::of(records.next()?.seen());
        for record in records {
            known.keep(record.seen());
        }
        Some(Self(known))
    }

    /// What changed with `record`, in the order of [`What::ALL`]. Then `record` is known too.
    pub fn next(&mut self, record: &Record) -> Vec<Change> {
        let seen = record.seen();
        let changes = self.0.changes(&seen).into_iter().flat_map(each).collect();
        self.0.keep(seen);
        changes
    }
}

/// One change for each name.
fn each(change: change::Change) -> Vec<Change> {
    let change::Change { what, before, after, .. } = change;
    let names: BTreeSet<&str> = before.iter().chain(&after).map(|value| &*value.name).collect();
    let one = |values: &[Value], name: &str| {
        let own: Vec<&str> =
            values.iter().filter(|value| value.name == name).map(|value| &*value.value).collect();
        (!own.is_empty()).then(|| own.join(", "))
    };
    let told = |name: &str| {
        let (before, after) = (one(&before, name), one(&after, name));
        let is_worse = is_worse(what, before.as_deref(), after.as_deref());
        let name = (!name.is_empty()).then(|| name.to_owned());
        Change { what, name, before, after, is_worse }
    };
    names.into_iter().map(told).collect()
}

/// Whether less is shown than before.
fn is_worse(what: What, before: Option<&str>, after: Option<&str>) -> bool {
    let rank = |state: Option<&str>| STATES.iter().position(|own| Some(*own) == state);
    match what {
        What::State => rank(after) > rank(before),
        What::Level => after < before,
        What::Simulated => after == Some("true"),
        _ => false,
    }
}
