//! What changed from earlier records to a later one.

use std::collections::{BTreeMap, BTreeSet};

use super::Record;
use crate::wording::{self, cli};

/// How many letters of a commit, and of a digest or key, are shown.
const COMMIT: usize = 12;
const DIGEST: usize = 16;

/// What can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The verdict's state.
    State,
    /// The level.
    Level,
    /// The commit.
    Commit,
    /// The commit's repository.
    Repository,
    /// The image.
    Image,
    /// A value that was measured.
    Measurement,
    /// A value of the firmware.
    Firmware,
    /// The kind of chip.
    Chip,
    /// The key that the connection met.
    ConnectionKey,
    /// The TLS key that the evidence names.
    TlsKey,
    /// The key for sealed requests.
    SealedKey,
    /// The policy.
    Policy,
    /// The verifier.
    Verifier,
    /// Whether the hardware is simulated.
    Simulated,
}

impl What {
    /// Everything that can change, in the order in which it is told.
    pub const ALL: [Self; 14] = [
        Self::State,
        Self::Level,
        Self::Simulated,
        Self::Commit,
        Self::Repository,
        Self::Image,
        Self::Measurement,
        Self::Firmware,
        Self::Chip,
        Self::ConnectionKey,
        Self::TlsKey,
        Self::SealedKey,
        Self::Policy,
        Self::Verifier,
    ];

    /// The key of its sentences.
    pub const fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Level => "level",
            Self::Commit => "commit",
            Self::Repository => "repository",
            Self::Image => "image",
            Self::Measurement => "measurement",
            Self::Firmware => "firmware",
            Self::Chip => "chip",
            Self::ConnectionKey => "connection-key",
            Self::TlsKey => "tls-key",
            Self::SealedKey => "sealed-key",
            Self::Policy => "policy",
            Self::Verifier => "verifier",
            Self::Simulated => "simulated",
        }
    }

    /// Whether a record always has it, so that it neither comes nor goes.
    pub const fn is_always(self) -> bool {
        matches!(self, Self::State | Self::Policy | Self::Verifier | Self::Simulated)
    }
}

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
///
/// A value that a check does not show is no other value: what comes next is compared with the last
/// one that was shown. So software that changed while the service was silent is told as changed.
#[derive(Clone, Debug)]
pub struct Known {
    /// The last check.
    last: Record,
    /// The last check, with values of earlier ones where it shows none.
    values: Record,
}

impl Known {
    /// What these records show, from the first to the last; `None` when there are none.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let first = records.next()?.clone();
        let mut known = Self { last: first.clone(), values: first };
        for record in records {
            known.keep(record);
        }
        Some(known)
    }

    /// What changed with `record`, in the order of [`What::ALL`]. Then `record` is known too.
    pub fn next(&mut self, record: &Record) -> Vec<Change> {
        let changes = What::ALL.into_iter().flat_map(|what| self.of_one(what, record)).collect();
        self.keep(record);
        changes
    }

    fn keep(&mut self, record: &Record) {
        let mut values = record.clone();
        let earlier = self.values.clone();
        fill(&mut values.commit, earlier.commit);
        fill(&mut values.repository, earlier.repository);
        fill(&mut values.image, earlier.image);
        fill(&mut values.keys.connection, earlier.keys.connection);
        fill(&mut values.keys.tls, earlier.keys.tls);
        fill(&mut values.keys.sealed_request, earlier.keys.sealed_request);
        for (name, value) in earlier.measurements {
            values.measurements.entry(name).or_insert(value);
        }
        for (name, value) in earlier.firmware {
            values.firmware.entry(name).or_insert(value);
        }
        for (name, value) in earlier.chip {
            values.chip.entry(name).or_insert(value);
        }
        self.last = record.clone();
        self.values = values;
    }

    fn of_one(&self, what: What, after: &Record) -> Vec<Change> {
        let is_worse = match what {
            What::State => {
                let rank = |record: &Record| STATES.iter().position(|state| *state == record.state);
                rank(after) > rank(&self.last)
            }
            What::Level => after.level < self.last.level,
            What::Simulated => after.simulated && !self.last.simulated,
            _ => false,
        };
        let tell = |name: Option<&String>, value: &dyn Fn(&Record) -> Option<String>| {
            let (last, known, now) = (value(&self.last), value(&self.values), value(after));
            let before = match &now {
                // A check that shows no level shows nothing: that is told once, as its level.
                None if what != What::Level && after.level.is_none() => return None,
                None => last,
                Some(_) if what == What::Level => last,
                Some(_) => known,
            };
            let name = name.cloned();
            (before != now).then_some(Change { what, name, before, after: now, is_worse })
        };
        let names = |map: fn(&Record) -> &BTreeMap<String, String>| {
            let names: BTreeSet<&String> =
                map(&self.values).keys().chain(map(after).keys()).collect();
            let own = |name: &String| tell(Some(name), &|record| map(record).get(name).cloned());
            names.into_iter().filter_map(own).collect()
        };
        match what {
            What::Measurement => names(|record| &record.measurements),
            What::Firmware => names(|record| &record.firmware),
            What::Chip => names(|record| &record.chip),
            _ => tell(None, &|record| value(what, record)).into_iter().collect(),
        }
    }
}

fn fill(value: &mut Option<String>, earlier: Option<String>) {
    if value.is_none() {
        *value = earlier;
    }
}

/// The one value of `what`; what has several is told by name.
fn value(what: What, record: &Record) -> Option<String> {
    match what {
        What::State => Some(record.state.clone()),
        What::Level => record.level.clone(),
        What::Simulated => Some(record.simulated.to_string()),
        What::Commit => record.commit.clone(),
        What::Repository => record.repository.clone(),
        What::Image => record.image.clone(),
        What::ConnectionKey => record.keys.connection.clone(),
        What::TlsKey => record.keys.tls.clone(),
        What::SealedKey => record.keys.sealed_request.clone(),
        What::Policy => Some(format!("{} {}", record.policy.name, record.policy.sha256)),
        What::Verifier => Some(record.verifier.clone()),
        What::Measurement | What::Firmware | What::Chip => None,
    }
}
