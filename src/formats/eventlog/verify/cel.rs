//! Canonical logs of Confidential Space: the launcher's words end at the launch separator.

use super::replay::{self, Extends, Step};
use super::{
    CANONICAL_LOG, Event, OF_LAUNCH, Registers, Standing, Statement, VerifiedLog, conclude,
};
use crate::finding::{Examined, Finding, Value, Why};
use crate::formats::eventlog::checks;
use crate::formats::eventlog::parse::Register;
use crate::formats::eventlog::parse::cel::{ItemType, Log, Record};

/// What the launcher measures once.
const ONCE: [ItemType; 6] = [
    ItemType::IMAGE_REFERENCE,
    ItemType::IMAGE_DIGEST,
    ItemType::RESTART_POLICY,
    ItemType::IMAGE_ID,
    ItemType::MEMORY_MONITOR,
    ItemType::GPU_CC_MODE,
];

pub(super) fn examine(log: &Log<'_>, registers: &Registers) -> Examined<VerifiedLog> {
    let steps: Vec<Step> = log.records.iter().map(|record| step(record, registers)).collect();
    let separator = log
        .records
        .iter()
        .position(|record| is_launcher(record, registers) && is_separator(record));
    let (launch, after) = log.records.split_at(separator.unwrap_or(log.records.len()));
    let (registers, untold) = replay::told(registers, &steps, 0);
    let registers = &registers;
    let mut findings = replay::examine(CANONICAL_LOG, registers, &steps, 0);
    findings.extend(untold);
    findings.push(end_of_launch(after.first()));
    findings.push(names(launch, registers));

    let events: Vec<Event> = log
        .records
        .iter()
        .zip(&steps)
        .enumerate()
        .map(|(index, (record, step))| Event {
            span: record.span,
            register: step.register,
            kind: kind(record),
            meaning: std::str::from_utf8(record.item.value).ok().map(str::to_owned),
            digest: step.digest().unwrap_or_default().to_vec(),
            standing: match step.standing(registers) {
                Standing::Data if separator.is_some_and(|end| index > end) => Standing::Workload,
                standing => standing,
            },
        })
        .collect();
    let statements = launch
        .iter()
        .enumerate()
        .filter(|(_, record)| is_launcher(record, registers))
        .filter_map(|(event, record)| {
            Some(Statement {
                name: record.item.kind.word()?,
                value: value(record),
                described_as: None,
                register: record.register,
                event,
            })
        })
        .collect();
    conclude(&OF_LAUNCH, findings, registers, events, statements)
}

/// The digest is made anew; the stated one only has to agree.
fn step(record: &Record<'_>, registers: &Registers) -> Step {
    let of_data = registers.hash().digest(record.content);
    let extends = match record.digest(registers.algorithm()) {
        Some(stated) if stated != of_data => {
            let stated = stated.to_vec();
            Extends::Differs { extended: of_data.clone(), stated, of_data }
        }
        _ => Extends::Digest { digest: of_data, shows: Standing::Data },
    };
    Step { span: record.span, register: Some(record.register), extends }
}

/// Whether the record is in the register that the launcher extends.
fn is_launcher(record: &Record<'_>, registers: &Registers) -> bool {
    matches!(record.register, Register::Rtmr(3) | Register::Pcr(13))
        && registers.contains(record.register)
}

fn is_separator(record: &Record<'_>) -> bool {
    record.item.kind == ItemType::LAUNCH_SEPARATOR
}

fn end_of_launch(separator: Option<&Record<'_>>) -> Finding {
    let check = &checks::EVENTLOG_LAUNCH;
    match separator {
        None => Finding::unknown(check, Why::NotSupported),
        Some(record) => Finding::test(check, record.item.value.is_empty(), "failed-launch")
            .within(CANONICAL_LOG, record.span),
    }
}

fn names(launch: &[Record<'_>], registers: &Registers) -> Finding {
    let check = &checks::EVENTLOG_NAMES;
    let mut seen = Vec::new();
    for record in launch.iter().filter(|record| is_launcher(record, registers)) {
        let kind = record.item.kind;
        let reason = match kind.word() {
            None => "unsupported",
            Some(_) if ONCE.contains(&kind) && seen.contains(&kind) => "duplicate",
            Some(_) => {
                seen.push(kind);
                continue;
            }
        };
        return Finding::fail(check, reason)
            .actual(self::kind(record))
            .within(CANONICAL_LOG, record.span);
    }
    Finding::pass(check)
}

fn kind(record: &Record<'_>) -> String {
    match record.item.kind.word() {
        Some(word) => word.to_owned(),
        None => format!("container item {}", record.item.kind.0),
    }
}

fn value(record: &Record<'_>) -> Value {
    match (record.item.kind, record.item.value) {
        (ItemType::MEMORY_MONITOR, [0]) => Value::text("off"),
        (ItemType::MEMORY_MONITOR, [1]) => Value::text("on"),
        (_, value) => match std::str::from_utf8(value) {
            Ok(text) if !text.contains(char::is_control) => Value::text(text),
            _ => Value::hex(value),
        },
    }
}
