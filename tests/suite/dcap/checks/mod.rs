//! The checks on SGX and TDX quotes, on Intel's collateral and on event logs, each with at least
//! one simulated input that makes exactly it fail or warn.
//!
//! A row starts from an input in which every check passes or has nothing to compare with, spoils
//! one thing, and says what becomes of the row's check. Every other finding must stay as it was,
//! unless it is blocked by the row's check, or the row lists it with the reason.

mod body;
mod collateral;
mod logs;
mod policies;
mod standing;

use crate::common::dcap::Case;
use crate::common::table::{self, Row, Told, assert_rows};

/// A row that starts from a TDX quote.
const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::td, finding, becomes, spoil)
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    [collateral::ROWS, body::ROWS, logs::ROWS].map(table::told).concat()
}

#[test]
fn every_spoiled_thing_turns_exactly_its_check() {
    for rows in [collateral::ROWS, body::ROWS, logs::ROWS] {
        assert_rows(rows, Case::examine);
    }
}
