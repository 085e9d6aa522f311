//! A report's launch measurement against one that was computed from files.

use super::checks;
use crate::digest::Sha384;
use crate::finding::{Finding, Value, Why};
use crate::formats::snp::parse::place;

/// Compares; without a `computed` one a file is missing.
pub(crate) fn measurement(computed: Option<Sha384>, actual: Sha384) -> Finding {
    let check = &checks::LAUNCH_RECOMPUTED;
    match computed {
        Some(computed) => Finding::equal(check, computed.as_bytes(), actual.as_bytes()),
        None => Finding::unknown(check, Why::NotFetched).actual(Value::hex(actual.0)),
    }
    .within(place::REPORT, place::MEASUREMENT)
}
