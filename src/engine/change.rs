//! What is different from what was known of a service to what a check of it shows.
//!
//! A value that a check does not show is no other value: what comes next is compared with the last
//! one that was shown. So software that changed while the service was silent is told as changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::seen::{Seen, Value, What};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// How something is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// There was a value, and there is another.
    Changed,
    /// There was none.
    New,
    /// There is none any more.
    Gone,
}

/// Something that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What.
    pub what: What,
    /// How.
    pub form: Form,
    /// Whether people and programs send secrets to it.
    pub key: bool,
    /// The values before, as far as they differ.
    pub before: Vec<Value>,
    /// The values now, as far as they differ.
    pub after: Vec<Value>,
}

/// What earlier checks of one service showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The last check.
    last: Seen,
    /// Its values, with those of earlier checks where it shows none.
    values: BTreeMap<What, Vec<Value>>,
}

impl Known {
    /// What the first check shows.
    pub fn of(first: Seen) -> Self {
        Self { values: first.values.clone(), last: first }
    }

    /// The last check.
    pub fn last(&self) -> &Seen {
        &self.last
    }

    /// What is different in `after`, in the order of [`What::ALL`].
    pub fn changes(&self, after: &Seen) -> Vec<Change> {
        What::ALL.into_iter().filter_map(|what| self.change(what, after)).collect()
    }

    /// What of the machine stays as it was.
    pub fn same(&self, after: &Seen) -> Vec<What> {
        let is_same = |what: &What| {
            let own = after.values(*what);
            !what.claims().is_empty() && !own.is_empty() && own == self.last.values(*what)
        };
        What::ALL.into_iter().filter(is_same).collect()
    }

    /// Then `seen` is known too.
    pub fn keep(&mut self, seen: Seen) {
        let mut values = seen.values.clone();
        for (what, earlier) in std::mem::take(&mut self.values) {
            let own = values.entry(what).or_default();
            let names: BTreeSet<String> = own.iter().map(|value| value.name.clone()).collect();
            own.extend(earlier.into_iter().filter(|value| !names.contains(&value.name)));
            own.sorted_by(Value::cmp);
        }
        *self = Self { last: seen, values };
    }

    fn change(&self, what: What, after: &Seen) -> Option<Change> {
        let last = by_name(self.last.values(what));
        let known = match what {
            What::Level => last.clone(),
            _ => by_name(self.values.get(&what).map(Vec::as_slice).unwrap_or_default()),
        };
        let now = by_name(after.values(what));
        let names: BTreeSet<&str> = known.keys().chain(now.keys()).copied().collect();
        let (mut before, mut later) = (Vec::new(), Vec::new());
        for name in names {
            let own = now.get(name);
            let earlier = match own {
                // A check that shows nothing is told once, by its level.
                None if what != What::Level && !after.shows => continue,
                None => last.get(name),
                Some(_) => known.get(name),
            };
            let is_first = earlier.is_none() && !self.last.shows && !what.claims().is_empty();
            if own == earlier || is_first {
                continue;
            }
            before.extend(earlier.into_iter().flatten().copied().cloned());
            later.extend(own.into_iter().flatten().copied().cloned());
        }
        let form = match (before.is_empty(), later.is_empty()) {
            (true, true) => return None,
            _ if now.is_empty() => Form::Gone,
            (true, _) if last.is_empty() => Form::New,
            _ => Form::Changed,
        };
        Some(Change { what, form, key: what.is_key(), before, after: later })
    }
}

/// The values of each name.
fn by_name(values: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut named: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for value in values {
        named.entry(&value.name).or_default().push(value);
    }
    named
}

/// What is remembered of a service for a reader. What the reader knows stays what later checks are
/// compared with, until the reader takes notice of what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Since when the reader knows what is known.
    since: UnixTime,
    /// What the reader knows.
    known: Known,
    /// What was seen last.
    last: Seen,
    /// What is different in it; computed, never read.
    #[serde(skip_deserializing)]
    changes: Vec<Change>,
    /// What is not; computed, never read.
    #[serde(skip_deserializing)]
    same: Vec<What>,
}

impl Remembered {
    /// What is remembered at first.
    pub fn of(first: Seen) -> Self {
        let since = first.at;
        Self::told(since, Known::of(first.clone()), first)
    }

    /// What is remembered after another check.
    #[must_use]
    pub fn then(self, seen: Seen) -> Self {
        let Self { since, mut known, .. } = self;
        if known.changes(&seen).is_empty() {
            known.keep(seen.clone());
        }
        Self::told(since, known, seen)
    }

    /// The reader took notice of what changed.
    #[must_use]
    pub fn noticed(self) -> Self {
        let Self { mut known, last, .. } = self;
        known.keep(last.clone());
        Self::told(last.at, known, last)
    }

    /// What is different from what the reader knows.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    fn told(since: UnixTime, known: Known, last: Seen) -> Self {
        let (changes, same) = (known.changes(&last), known.same(&last));
        Self { since, known, last, changes, same }
    }
}
