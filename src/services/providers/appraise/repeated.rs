//! Rows of one feed against each other.

use std::collections::BTreeMap;

use crate::finding::{Finding, Why};
use crate::formats::apple::verify::VerifiedDevice;
use crate::services::providers::checks;
use crate::services::providers::parse::Row;
use crate::sorted::Sorted as _;

/// A row with its place from 1, and what Apple says in it.
pub(crate) type Seen<'f> = (usize, &'f Row, Option<&'f VerifiedDevice>);

/// What two rows share that belongs to one device, and what one attested key says twice.
pub(crate) fn repeated(rows: &[Seen<'_>]) -> Vec<Finding> {
    let check = &checks::PROVIDERS_REPEATED;
    let mut keys = Shared::default();
    let mut serials = Shared::default();
    let mut certificates = Shared::default();
    let mut attested: BTreeMap<[u8; 32], Vec<(usize, Option<String>)>> = BTreeMap::new();
    for (place, row, verified) in rows {
        keys.add(*place, row.key().map(str::to_owned));
        let apple = verified.and_then(|verified| verified.device().serial.value().cloned());
        let said = row.serial_number.clone().filter(|text| !text.is_empty());
        serials.add(*place, apple.clone().or(said));
        certificates.add(*place, verified.map(|verified| verified.certificate().to_string()));
        if let Some(verified) = verified {
            attested.entry(verified.key().0).or_default().push((*place, apple));
        }
    }
    let warned = [("certificate", certificates), ("device", serials), ("key", keys)];
    let warned = warned.into_iter().flat_map(|(reason, shared)| {
        let twice = shared.0.into_values().filter(|places| places.len() > 1);
        twice.map(move |places| Finding::warn(check, reason).part(named(reason, &places)))
    });
    let other = attested.into_values().filter_map(|seen| {
        let mut serials: Vec<&String> = seen.iter().filter_map(|(_, s)| s.as_ref()).collect();
        serials.sorted_once();
        let places: Vec<usize> = seen.iter().map(|(place, _)| *place).collect();
        (serials.len() > 1)
            .then(|| Finding::fail(check, "other-serial").part(named("attested key", &places)))
    });
    let findings: Vec<Finding> = warned.chain(other).collect();
    let any = rows.iter().any(|(_, _, verified)| verified.is_some());
    match (findings.is_empty(), any) {
        (false, _) => findings,
        (true, true) => vec![Finding::pass(check)],
        (true, false) => vec![Finding::unknown(check, Why::SelfStated)],
    }
}

/// Places of rows by a value.
#[derive(Default)]
struct Shared(BTreeMap<String, Vec<usize>>);

impl Shared {
    fn add(&mut self, place: usize, value: Option<String>) {
        if let Some(value) = value {
            self.0.entry(value).or_default().push(place);
        }
    }
}

/// The places without a value of theirs.
fn named(what: &str, places: &[usize]) -> String {
    format!("{what}: rows {}", ranges(places))
}

/// Places in order, with those that follow each other as `1-4`.
pub(crate) fn ranges(places: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((_, last)) if *place <= last.saturating_add(1) => *last = (*last).max(*place),
            _ => runs.push((*place, *place)),
        }
    }
    let text = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_follow_each_other_are_named_together() {
        for (places, text) in [
            (&[1][..], "1"),
            (&[1, 2], "1-2"),
            (&[1, 3], "1, 3"),
            (&[1, 2, 3, 7, 9, 10], "1-3, 7, 9-10"),
            (&[], ""),
        ] {
            assert_eq!(ranges(places), text);
        }
    }
}
