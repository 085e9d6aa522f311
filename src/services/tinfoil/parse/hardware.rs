//! The predicate of Tinfoil's signed list of hardware: what its firmware measures on each kind of
//! machine (`tinfoilsh/hardware-measurements`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::Sha384;
use crate::error::Error;
use crate::span::Span;

/// The in-toto predicate type.
pub const TYPE: &str = "https://tinfoil.sh/predicate/hardware-measurements/v1";

/// The most kinds of machine in a list.
const MAX_PLATFORMS: usize = 4096;

/// A list: by the name of a kind of machine, what is measured on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardware {
    platforms: BTreeMap<String, Platform>,
}

/// What is measured on one kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Platform {
    /// The firmware.
    mrtd: Sha384,
    /// How the firmware found the machine: its memory, its tables, its boot variables.
    rtmr0: Sha384,
}

impl Hardware {
    /// Reads the predicate of a statement whose members are unique.
    ///
    /// # Errors
    /// When it is not of this form, is empty, or lists more than 4,096 kinds of machine.
    pub fn of_predicate(predicate: &serde_json::Value) -> Result<Self, Error> {
        const WHAT: &str = "list of hardware";
        let whole = Span::new(0, 0);
        let platforms = BTreeMap::<String, Platform>::deserialize(predicate)
            .map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
        Error::cap(WHAT, platforms.len(), MAX_PLATFORMS)?;
        if platforms.is_empty() {
            return Err(Error::malformed(WHAT, whole, "it lists no machine"));
        }
        Ok(Self { platforms })
    }

    /// Whether any kind of machine has this MRTD.
    pub fn has_firmware(&self, mrtd: &Sha384) -> bool {
        self.platforms.values().any(|platform| platform.mrtd == *mrtd)
    }

    /// The kinds of machine with both values, by name.
    pub fn named<'s>(&'s self, mrtd: &Sha384, rtmr0: &Sha384) -> impl Iterator<Item = &'s str> {
        let wanted = Platform { mrtd: *mrtd, rtmr0: *rtmr0 };
        let own = self.platforms.iter().filter(move |(_, platform)| **platform == wanted);
        own.map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn register(byte: u8) -> Sha384 {
        Sha384([byte; 48])
    }

    #[test]
    fn both_values_have_to_be_those_of_one_machine() {
        let entry = |a: u8, b: u8| json!({ "mrtd": register(a), "rtmr0": register(b) });
        let list = Hardware::of_predicate(&json!({ "a": entry(1, 2), "b": entry(3, 4) })).unwrap();
        let named = |a, b| list.named(&register(a), &register(b)).collect::<Vec<_>>();
        assert_eq!((named(1, 2), named(3, 4)), (vec!["a"], vec!["b"]));
        assert!(named(1, 4).is_empty() && named(3, 2).is_empty());
        assert!(list.has_firmware(&register(3)) && !list.has_firmware(&register(2)));
    }

    #[test]
    fn list_of_another_form_is_an_error() {
        let short = json!({ "a": { "mrtd": "00", "rtmr0": register(1) } });
        let half = json!({ "a": { "mrtd": register(1) } });
        for other in [json!({}), json!([]), json!(null), json!({ "a": 1 }), short, half] {
            assert!(Hardware::of_predicate(&other).is_err(), "{other}");
        }
    }
}
