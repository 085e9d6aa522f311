//! Extending digests, and naming the first event that does not fit.

use std::collections::BTreeSet;

use super::{Registers, Standing};
use crate::crypto::Hash;
use crate::finding::{Finding, Value, Why};
use crate::formats::eventlog::checks;
use crate::formats::eventlog::parse::Register;
use crate::gather;
use crate::sorted::Sorted as _;
use crate::span::Span;

/// What of one event goes into a register.
pub(super) struct Step {
    pub(super) span: Span,
    pub(super) register: Option<Register>,
    pub(super) extends: Extends,
}

/// The digest of a step, and what it is of.
pub(super) enum Extends {
    /// Not measured.
    Nothing,
    /// There is no digest to extend.
    Missing,
    /// This digest, which shows as much of the event.
    Digest { digest: Vec<u8>, shows: Standing },
    /// What the log states, and what the event's own data would have. `extended` is the one that
    /// goes into the register.
    Differs { extended: Vec<u8>, stated: Vec<u8>, of_data: Vec<u8> },
}

impl Step {
    pub(super) fn digest(&self) -> Option<&[u8]> {
        match &self.extends {
            Extends::Digest { digest, .. } => Some(digest),
            Extends::Differs { extended, .. } => Some(extended),
            Extends::Nothing | Extends::Missing => None,
        }
    }

    /// What of the event is shown when the log holds.
    pub(super) fn standing(&self, registers: &Registers) -> Standing {
        let compared = self.register.is_some_and(|register| registers.contains(register));
        match &self.extends {
            Extends::Nothing => Standing::NotMeasured,
            _ if !compared => Standing::NotReplayed,
            Extends::Digest { shows, .. } => *shows,
            Extends::Missing | Extends::Differs { .. } => Standing::Digest,
        }
    }

    /// Whether it is extended into a register that is compared.
    pub(super) fn is_compared(&self, registers: &Registers) -> bool {
        !matches!(self.extends, Extends::Nothing)
            && self.register.is_some_and(|register| registers.contains(register))
    }
}

/// The registers of which the log has events, or which hold what they start with; of the others it
/// says nothing, and there is a finding for each.
pub(super) fn told(
    registers: &Registers,
    steps: &[Step],
    locality: u8,
) -> (Registers, Vec<Finding>) {
    let extending = steps.iter().filter(|step| !matches!(step.extends, Extends::Nothing));
    let with_events: BTreeSet<Register> = gather::set(extending.filter_map(|step| step.register));
    let has_events = |register: Register| with_events.contains(&register);
    // A log without any event of these registers says nothing about any of them.
    let says_something = registers.all().iter().any(|(register, _)| has_events(*register));
    let is_told = |register: Register, value: &[u8]| {
        says_something && (has_events(register) || value == start(register, value.len(), locality))
    };
    let untold = registers.all().into_iter().filter(|(register, value)| !is_told(*register, value));
    let findings = untold.map(|(register, value)| {
        let finding = Finding::unknown(&checks::EVENTLOG_COVERAGE, Why::NotPublished);
        finding.part(register.word()).expected(Value::hex(value))
    });
    (registers.only(is_told), findings.collect())
}

/// What a register holds before anything is extended into it.
fn start(register: Register, len: usize, locality: u8) -> Vec<u8> {
    let mut value = vec![0; len];
    if let (Register::Pcr(0), Some(last)) = (register, value.last_mut()) {
        *last = locality;
    }
    value
}

/// Compares every event with its digest and the log with every register. `locality` is the value
/// that PCR0 starts with (TCG PC Client Platform Firmware Profile, "StartupLocality").
pub(super) fn examine(
    evidence: &'static str,
    registers: &Registers,
    steps: &[Step],
    locality: u8,
) -> Vec<Finding> {
    let digests = digests(evidence, registers, steps);
    let mut findings = Vec::new();
    for (register, expected) in registers.all() {
        findings.push(replay(evidence, registers, register, expected, steps, locality));
    }
    if findings.is_empty() {
        findings.push(Finding::unknown(&checks::EVENTLOG_REPLAY, Why::NotPublished));
    }
    findings.push(digests);
    findings.push(coverage(registers, steps));
    findings
}

fn replay(
    evidence: &'static str,
    registers: &Registers,
    register: Register,
    expected: &[u8],
    steps: &[Step],
    locality: u8,
) -> Finding {
    let check = &checks::EVENTLOG_REPLAY;
    // A dynamic launch starts these with other values, and 16 and 23 can be reset at any time.
    if matches!(register, Register::Pcr(16..)) {
        return Finding::unknown(check, Why::NotSupported).part(register.word());
    }
    let own: Vec<&Step> = steps
        .iter()
        .filter(|step| step.register == Some(register) && !matches!(step.extends, Extends::Nothing))
        .collect();
    if own.iter().any(|step| step.digest().is_none()) {
        return Finding::blocked(check, &checks::EVENTLOG_DIGESTS).part(register.word());
    }
    let mut value = start(register, expected.len(), locality);
    let mut surplus = None;
    for step in &own {
        if value == expected && surplus.is_none() {
            surplus = Some(step.span);
        }
        value = extend(registers.hash(), &value, step.digest().unwrap_or_default());
    }
    let changed = own.iter().find(|step| matches!(step.extends, Extends::Differs { .. }));
    let open = own.iter().find(|step| step.standing(registers) == Standing::Digest);
    let (finding, at) = if value == expected {
        (Finding::pass(check), None)
    } else if surplus.is_some() {
        (Finding::fail(check, "extra-events"), surplus)
    } else if let Some(step) = changed {
        (Finding::fail(check, "event-changed"), Some(step.span))
    } else {
        // Nothing but the register confirms the digests from here on.
        let from = open.or(own.first()).map(|step| step.span);
        (Finding::fail(check, "not-equal"), from)
    };
    let finding =
        finding.part(register.word()).expected(Value::hex(expected)).actual(Value::hex(&value));
    match at {
        Some(span) => finding.within(evidence, span),
        None => finding,
    }
}

/// The first event that has no digest, or another than its data.
fn digests(evidence: &'static str, registers: &Registers, steps: &[Step]) -> Finding {
    let check = &checks::EVENTLOG_DIGESTS;
    let wrong = steps.iter().zip(0_u32..).find(|(step, _)| match &step.extends {
        Extends::Missing => step.is_compared(registers),
        Extends::Differs { .. } => true,
        Extends::Nothing | Extends::Digest { .. } => false,
    });
    let Some((step, index)) = wrong else { return Finding::pass(check) };
    let finding = match &step.extends {
        Extends::Differs { stated, of_data, .. } => Finding::equal(check, of_data, stated),
        _ => Finding::fail(check, "missing"),
    };
    finding.part(format!("event-{index}")).within(evidence, step.span)
}

/// Whether every measured event belongs to a register that is compared.
fn coverage(registers: &Registers, steps: &[Step]) -> Finding {
    let check = &checks::EVENTLOG_COVERAGE;
    let mut left: Vec<String> = steps
        .iter()
        .filter(|step| !matches!(step.extends, Extends::Nothing) && !step.is_compared(registers))
        .map(|step| step.register.map_or_else(|| "unknown".to_owned(), |register| register.word()))
        .collect();
    left.sorted_once();
    if left.is_empty() {
        return Finding::pass(check);
    }
    Finding::warn(check, "not-replayed").actual(left.join(", "))
}

fn extend(hash: Hash, old: &[u8], digest: &[u8]) -> Vec<u8> {
    hash.digest(&[old, digest].concat())
}
