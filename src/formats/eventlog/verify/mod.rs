//! Event logs: whether these events, in this order, extend to the registers of a signed quote.
//!
//! The caller supplies registers from evidence that it has verified; nothing here looks at a
//! quote. What a log says is only as good as its digests: no digest covers the type or the number
//! of an event, and of some events it does not cover the data either ([`Standing`]).

mod cel;
mod dstack;
mod meaning;
mod replay;
mod tcg;

use std::collections::BTreeMap;

use super::checks;
use super::parse::{Algorithm, Register};
use crate::crypto::Hash;
use crate::digest::{Sha256, Sha384};
use crate::finding::{Examined, Finding, Promise, Value};
use crate::gather;
use crate::span::Span;

/// The evidence id of a log of firmware or of dstack.
pub const EVENT_LOG: &str = "event-log";
/// The evidence id of a canonical event log.
pub(crate) const CANONICAL_LOG: &str = "canonical-event-log";

/// The registers to compare with, from a quote that the caller has verified. A register that is
/// not among them is not compared, and what the log says about it counts for nothing.
#[derive(Clone, Debug)]
pub enum Registers {
    /// Runtime measurement registers of a TD, by number.
    Rtmr(BTreeMap<u8, Sha384>),
    /// The SHA-256 bank of a TPM, by number.
    PcrSha256(BTreeMap<u8, Sha256>),
    /// The SHA-384 bank of a TPM, by number.
    PcrSha384(BTreeMap<u8, Sha384>),
}

impl Registers {
    /// Those of a TD quote's four registers whose numbers are in `which`: 0 to 2 for what the
    /// firmware and the boot loader measured, 3 for what the running system measured.
    pub fn of_quote(rtmr: &[Sha384; 4], which: &[u8]) -> Self {
        let numbered = (0_u8..).zip(rtmr.iter().copied());
        Self::Rtmr(gather::map(numbered.filter(|(number, _)| which.contains(number))))
    }

    fn all(&self) -> Vec<(Register, &[u8])> {
        fn each<D>(
            map: &BTreeMap<u8, D>,
            register: fn(u8) -> Register,
            bytes: fn(&D) -> &[u8],
        ) -> Vec<(Register, &[u8])> {
            map.iter().map(|(number, digest)| (register(*number), bytes(digest))).collect()
        }
        match self {
            Self::Rtmr(map) => each(map, Register::Rtmr, Sha384::as_bytes),
            Self::PcrSha256(map) => each(map, Register::Pcr, Sha256::as_bytes),
            Self::PcrSha384(map) => each(map, Register::Pcr, Sha384::as_bytes),
        }
    }

    fn contains(&self, register: Register) -> bool {
        match (self, register) {
            (Self::Rtmr(map), Register::Rtmr(number)) => map.contains_key(&number),
            (Self::PcrSha256(map), Register::Pcr(number)) => map.contains_key(&number),
            (Self::PcrSha384(map), Register::Pcr(number)) => map.contains_key(&number),
            _ => false,
        }
    }

    /// Those of the registers that `keep` accepts.
    fn only(&self, keep: impl Fn(Register, &[u8]) -> bool) -> Self {
        match self {
            Self::Rtmr(map) => {
                let own = map.iter().filter(|(n, value)| keep(Register::Rtmr(**n), &value.0));
                Self::Rtmr(gather::map(own.map(|(number, value)| (*number, *value))))
            }
            Self::PcrSha256(map) => {
                let own = map.iter().filter(|(n, value)| keep(Register::Pcr(**n), &value.0));
                Self::PcrSha256(gather::map(own.map(|(number, value)| (*number, *value))))
            }
            Self::PcrSha384(map) => {
                let own = map.iter().filter(|(n, value)| keep(Register::Pcr(**n), &value.0));
                Self::PcrSha384(gather::map(own.map(|(number, value)| (*number, *value))))
            }
        }
    }

    const fn hash(&self) -> Hash {
        match self {
            Self::PcrSha256(_) => Hash::Sha256,
            Self::Rtmr(_) | Self::PcrSha384(_) => Hash::Sha384,
        }
    }

    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::PcrSha256(_) => Algorithm::SHA256,
            Self::Rtmr(_) | Self::PcrSha384(_) => Algorithm::SHA384,
        }
    }
}

/// A log that extends to the registers.
///
/// Shown: the events whose standing is not [`Standing::NotMeasured`] or
/// [`Standing::NotReplayed`], in this order and with none left out, extend to exactly these
/// registers. Not shown: that the registers are those of a machine (the caller has shown that),
/// what kind of event each is, and what [`Standing`] says is not.
#[derive(Clone, Debug)]
pub struct VerifiedLog {
    registers: Vec<(Register, Vec<u8>)>,
    events: Vec<Event>,
    statements: Vec<Statement>,
}

impl VerifiedLog {
    /// The registers that were compared, with their values.
    pub fn registers(&self) -> &[(Register, Vec<u8>)] {
        &self.registers
    }

    /// Every event of the log, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What the events say about the machine and its workload, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// One event with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it is in the log.
    pub span: Span,
    /// The register it was extended into, or `None` where the log names one that does not exist.
    pub register: Option<Register>,
    /// The kind that the log gives it.
    pub kind: String,
    /// What the log says about it, for a person.
    pub meaning: Option<String>,
    /// The digest that was extended; empty for [`Standing::NotMeasured`].
    pub digest: Vec<u8>,
    /// What of it is shown.
    pub standing: Standing,
}

/// What of an event is shown once its log extends to the registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its whole data: the digest is of the data.
    Data,
    /// That part of its data, offsets from the data's first byte. What stands around it, such as
    /// the words "kernel_cmdline:" of a GRUB event, is the log's word: whoever wrote the boot
    /// loader's configuration could have had the same text measured for another purpose.
    Part(Span),
    /// Its digest only. The data is a description that nothing confirms.
    Digest,
    /// Nothing: it says of itself that it was not measured.
    NotMeasured,
    /// Nothing: its register was not compared.
    NotReplayed,
    /// Its whole data, and it follows the mark at the end of the launch: the workload wrote it.
    Workload,
}

/// One thing that a verified log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Stable name (`boot.command-line`, `container.image-digest`, `dstack.compose-hash`).
    pub name: &'static str,
    /// The value, which the register confirms.
    pub value: Value,
    /// What the log says the value is of, such as a file's path. Nothing confirms it.
    pub described_as: Option<String>,
    /// The register that shows the value.
    pub register: Register,
    /// The event, an index into [`VerifiedLog::events`].
    pub event: usize,
}

/// Replays a TCG log. With [`Registers::Rtmr`] its register numbers are those of a CCEL table.
pub fn tcg(
    log: &crate::formats::eventlog::parse::tcg::Log<'_>,
    registers: &Registers,
) -> Examined<VerifiedLog> {
    tcg::examine(log, registers)
}

/// Replays a canonical log of Confidential Space with digests made anew from its contents.
/// Statements come from RTMR3 or PCR13, and from before the launch separator only.
pub fn cel(
    log: &crate::formats::eventlog::parse::cel::Log<'_>,
    registers: &Registers,
) -> Examined<VerifiedLog> {
    cel::examine(log, registers)
}

/// Replays a log of dstack. The digests of RTMR3 are made anew from names and payloads; those of
/// RTMR0 to RTMR2 are taken as stated. Statements come from RTMR3, before `system-ready` only,
/// and from what the firmware measured where the log has its data.
pub fn dstack(
    log: &crate::formats::eventlog::parse::dstack::Log<'_>,
    registers: &Registers,
) -> Examined<VerifiedLog> {
    dstack::examine(log, registers)
}

/// What [`VerifiedLog`] promises of a log of firmware.
const OF_FIRMWARE: Promise = Promise {
    holds: &[&checks::EVENTLOG_REPLAY, &checks::EVENTLOG_DIGESTS],
    where_it_applies: &[],
};

/// What [`VerifiedLog`] promises of a log with a mark at the end of the launch.
const OF_LAUNCH: Promise = Promise {
    holds: &[
        &checks::EVENTLOG_REPLAY,
        &checks::EVENTLOG_DIGESTS,
        &checks::EVENTLOG_LAUNCH,
        &checks::EVENTLOG_NAMES,
    ],
    where_it_applies: &[],
};

/// The result, when the promise is kept and a register was compared.
fn conclude(
    promise: &Promise,
    findings: Vec<Finding>,
    registers: &Registers,
    events: Vec<Event>,
    statements: Vec<Statement>,
) -> Examined<VerifiedLog> {
    let registers: Vec<_> =
        registers.all().into_iter().map(|(register, value)| (register, value.to_vec())).collect();
    let is_compared = !registers.is_empty();
    let kept = promise.keep(&findings, || VerifiedLog { registers, events, statements });
    Examined { findings, verified: kept.filter(|_| is_compared) }
}
