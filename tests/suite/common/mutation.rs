//! Every changed byte and every cut of an input.

use std::panic::{AssertUnwindSafe, catch_unwind};

use silicon_to_source::crypto::remembering;
use silicon_to_source::error::Error;
use silicon_to_source::report::{Report, State};

pub(crate) type Answer = Result<Report, Error>;

/// Whether an answer says that the evidence holds.
pub(crate) fn holds(answer: &Answer) -> bool {
    matches!(answer, Ok(report) if report.verdict.state <= State::Warning)
}

/// Where an input was changed, and to what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) at: usize,
    pub(crate) value: u8,
}

/// One changed bit in every byte, and in every `stride`-th another value: letters in the other
/// case, white space of another kind, or any.
pub(crate) fn changes(input: &[u8], stride: usize) -> Vec<Change> {
    let flipped = input.iter().enumerate().map(|(at, byte)| (at, byte ^ (1 << (at % 8))));
    let other = input.iter().enumerate().step_by(stride).map(|(at, byte)| {
        let value = match byte {
            b' ' => b'\n',
            byte if byte.is_ascii_alphabetic() => byte ^ 0x20,
            byte => byte.wrapping_add(0x55),
        };
        (at, value)
    });
    flipped.chain(other).map(|(at, value)| Change { at, value }).collect()
}

/// What `work` finds for each of `count` inputs, half of them on a thread of its own. Each thread
/// remembers the signatures that were verified: the same question comes with most of the inputs.
fn found<T: Send>(count: usize, work: impl Fn(usize) -> Option<T> + Sync) -> Vec<T> {
    let half = |start: usize| {
        remembering(|| (start..count).step_by(2).filter_map(&work).collect::<Vec<T>>())
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut found = half(0);
        found.extend(other.join().unwrap());
        found
    })
}

/// The report, when the answer to `changed` says that the evidence holds.
fn holding(
    what: &dyn std::fmt::Debug,
    changed: &[u8],
    examine: impl Fn(&[u8]) -> Answer,
) -> Option<Report> {
    let answer = catch_unwind(AssertUnwindSafe(|| examine(changed)));
    let answer = answer.unwrap_or_else(|_| panic!("{what:?} makes it panic"));
    if holds(&answer) { answer.ok() } else { None }
}

/// The changes after which `examine` still says that the evidence holds.
pub(crate) fn survivors(
    input: &[u8],
    changes: &[Change],
    examine: impl Fn(&[u8]) -> Answer + Sync,
) -> Vec<(Change, Report)> {
    assert!(holds(&examine(input)), "the unchanged input holds: {:?}", examine(input));
    found(changes.len(), |place| {
        let change = changes[place];
        let mut changed = input.to_vec();
        changed[change.at] = change.value;
        Some((change, holding(&change, &changed, &examine)?))
    })
}

/// The `lengths` to which `input` can be cut so that `examine` still says that the evidence holds.
pub(crate) fn holding_cuts(
    input: &[u8],
    lengths: &[usize],
    examine: impl Fn(&[u8]) -> Answer + Sync,
) -> Vec<(usize, Report)> {
    found(lengths.len(), |place| {
        let len = lengths[place];
        Some((len, holding(&("cut", len), &input[..len], &examine)?))
    })
}

/// Every cut is refused.
pub(crate) fn cuts(input: &[u8], examine: impl Fn(&[u8]) -> Answer + Sync) {
    let lengths: Vec<usize> = (0..input.len()).collect();
    let held = holding_cuts(input, &lengths, examine);
    let held: Vec<usize> = held.into_iter().map(|(len, _)| len).collect();
    assert!(held.is_empty(), "the first {held:?} bytes");
}

pub(crate) fn assert_none_survives(
    what: &str,
    input: &[u8],
    examine: impl Fn(&[u8]) -> Answer + Sync,
) {
    let changes = changes(input, 1);
    let survivors = survivors(input, &changes, &examine);
    println!("{what}: {} bytes, {} changes, every cut", input.len(), changes.len());
    let survivors: Vec<Change> = survivors.into_iter().map(|(change, _)| change).collect();
    assert!(survivors.is_empty(), "{what}: {survivors:x?}");
    cuts(input, &examine);
}
