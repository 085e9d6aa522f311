//! Where two texts of JSON differ.

use serde_json::Value;

/// The most places that are named.
const NAMED: usize = 100;

/// The places in which two texts of JSON differ.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The first of them, as JSON pointers.
    pub(crate) named: Vec<String>,
    /// How many there are.
    pub(crate) count: usize,
}

impl Places {
    /// Compares two texts that are not the same.
    pub(crate) fn compare(&mut self, one: &str, other: &str) {
        match (crate::json::read(one.as_bytes()), crate::json::read(other.as_bytes())) {
            (Some(one), Some(other)) => self.values("", Some(&one), Some(&other)),
            _ => self.differ(""),
        }
        // The same values, spelled in another way.
        if self.count == 0 {
            self.differ("");
        }
    }

    fn differ(&mut self, place: &str) {
        self.count = self.count.saturating_add(1);
        if self.named.len() < NAMED {
            self.named.push(place.to_owned());
        }
    }

    fn values(&mut self, place: &str, one: Option<&Value>, other: Option<&Value>) {
        match (one, other) {
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                let more = other.keys().filter(|name| !one.contains_key(*name));
                for name in one.keys().chain(more) {
                    let step = name.replace('~', "~0").replace('/', "~1");
                    self.values(&format!("{place}/{step}"), one.get(name), other.get(name));
                }
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                for index in 0..one.len().max(other.len()) {
                    self.values(&format!("{place}/{index}"), one.get(index), other.get(index));
                }
            }
            (one, other) if one == other => {}
            _ => self.differ(place),
        }
    }
}
