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

/// The changes after which `examine` still says that the evidence holds.
pub(crate) fn survivors(
    input: &[u8],
    changes: &[Change],
    examine: impl Fn(&[u8]) -> Answer + Sync,
) -> Vec<(Change, Report)> {
    assert!(holds(&examine(input)), "the unchanged input holds: {:?}", examine(input));
    let examine = &examine;
    let half = |start: usize| {
        remembering(|| {
            let mut changed = input.to_vec();
            let mut survivors = Vec::new();
            for change in changes.iter().skip(start).step_by(2) {
                changed[change.at] = change.value;
                let answer = catch_unwind(AssertUnwindSafe(|| examine(&changed)));
                let answer = answer.unwrap_or_else(|_| panic!("{change:?} makes it panic"));
                if let (true, Ok(report)) = (holds(&answer), answer) {
                    survivors.push((*change, report));
                }
                changed[change.at] = input[change.at];
            }
            survivors
        })
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut survivors = half(0);
        survivors.extend(other.join().unwrap());
        survivors
    })
}

/// Every cut is refused.
pub(crate) fn cuts(input: &[u8], examine: impl Fn(&[u8]) -> Answer + Sync) {
    for len in 0..input.len() {
        assert!(!holds(&examine(&input[..len])), "the first {len} bytes");
    }
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
