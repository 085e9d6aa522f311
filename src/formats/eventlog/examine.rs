//! Event logs at hand: of several of one kind, the one that extends to the registers.

use super::parse::{cel, dstack, tcg};
use super::verify::{self, CANONICAL_LOG, EVENT_LOG, Registers, VerifiedLog};
use super::{appraise, checks};
use crate::builds::image::parse::sha256;
use crate::error::Error;
use crate::finding::{Examined, Finding, LinkId, Why};
use crate::piece::{self, Piece, Role};
use crate::report::{EvidenceItem, Fact, Part};

/// Logs beside a quote, and those that the evidence itself brings along, of each kind.
#[derive(Default)]
pub(crate) struct Logs<'s> {
    firmware: Vec<Piece<'s>>,
    launcher: Vec<Piece<'s>>,
    dstack: Vec<Piece<'s>>,
    /// Whether the log of dstack's in the evidence was cut down to its own events.
    pub(crate) is_stripped: bool,
}

/// A kind of log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Firmware,
    Launcher,
    Dstack,
}

/// What came of a log.
pub(crate) struct Replayed<'s> {
    pub(crate) findings: Vec<Finding>,
    pub(crate) verified: Option<VerifiedLog>,
    /// The log, as it was read.
    pub(crate) bytes: &'s [u8],
    pub(crate) id: &'static str,
    /// Whether it stands beside the evidence, and is no part of it.
    pub(crate) is_beside: bool,
    /// Whether its form is one that is read.
    pub(crate) is_read: bool,
}

impl<'s> Logs<'s> {
    /// Those among `pieces`.
    pub(crate) fn of(pieces: &[Piece<'s>]) -> Self {
        Self {
            firmware: piece::of(pieces, &[Role::FirmwareLog]),
            launcher: piece::of(pieces, &[Role::LauncherLog]),
            dstack: piece::of(pieces, &[Role::DstackLog]),
            is_stripped: false,
        }
    }

    /// Adds a log that the evidence itself brings along. Logs beside the evidence come first.
    pub(crate) fn add(&mut self, kind: Kind, bytes: &'s [u8]) {
        let (role, logs) = match kind {
            Kind::Firmware => (Role::FirmwareLog, &mut self.firmware),
            Kind::Launcher => (Role::LauncherLog, &mut self.launcher),
            Kind::Dstack => (Role::DstackLog, &mut self.dstack),
        };
        logs.push(Piece::inside(role, "event log", bytes));
    }

    /// Whether there is a log of `kind`.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        !self.of_kind(kind).is_empty()
    }

    fn of_kind(&self, kind: Kind) -> &[Piece<'s>] {
        match kind {
            Kind::Firmware => &self.firmware,
            Kind::Launcher => &self.launcher,
            Kind::Dstack => &self.dstack,
        }
    }

    /// The log of `kind` that extends to the registers; when none does, the first that can be read.
    /// `registers` are those that a log covers, which may be fewer for one in the evidence.
    pub(crate) fn replay(
        &self,
        kind: Kind,
        registers: impl Fn(bool) -> Registers,
    ) -> Option<Replayed<'s>> {
        let mut chosen: Option<(Piece<'s>, Replayed<'s>)> = None;
        for piece in self.of_kind(kind) {
            let replayed = match replay(kind, piece.bytes, &registers(piece.is_beside())) {
                Ok(examined) => Replayed {
                    findings: examined.findings,
                    verified: examined.verified,
                    bytes: piece.bytes,
                    id: id(kind),
                    is_beside: piece.is_beside(),
                    is_read: true,
                },
                Err(error) => {
                    piece.unreadable();
                    unreadable(kind, piece, &error)
                }
            };
            let is_better = chosen.as_ref().is_none_or(|(_, known)| rank(&replayed) > rank(known));
            if is_better {
                chosen = Some((*piece, replayed));
            }
        }
        let (piece, replayed) = chosen?;
        if replayed.is_read {
            piece.used();
        }
        Some(replayed)
    }
}

/// What a verified log says of the workload, for others to compare with. A log that says two things
/// of one kind says of neither that it is the one.
fn facts(log: &VerifiedLog) -> impl Iterator<Item = Fact> {
    let one = |name: &str| {
        let mut named = log.statements().iter().filter(|said| said.name == name);
        let first = named.next().map(|said| said.value.to_string());
        first.filter(|_| named.next().is_none())
    };
    let image = one("container.image-digest").and_then(|text| sha256(&text)).map(Fact::Image);
    let app = one("dstack.app-id").map(Fact::App);
    let compose = one("dstack.compose-hash").and_then(|hash| hash.parse().ok());
    [image, app, compose.map(Fact::ComposeHash)].into_iter().flatten()
}

/// A log that holds before one that is only read, and that before one that cannot be read; of
/// those that hold, the one that covers more registers.
fn rank(replayed: &Replayed<'_>) -> (bool, usize) {
    let registers = replayed.verified.as_ref().map_or(0, |log| log.registers().len());
    (replayed.is_read, registers)
}

const fn id(kind: Kind) -> &'static str {
    match kind {
        Kind::Firmware | Kind::Dstack => EVENT_LOG,
        Kind::Launcher => CANONICAL_LOG,
    }
}

fn replay(kind: Kind, bytes: &[u8], registers: &Registers) -> Result<Examined<VerifiedLog>, Error> {
    Ok(match kind {
        Kind::Firmware => verify::tcg(&tcg::Log::parse(bytes)?, registers),
        Kind::Launcher => verify::cel(&cel::Log::parse(bytes)?, registers),
        Kind::Dstack => verify::dstack(&dstack::Log::parse(bytes)?, registers),
    })
}

/// A log that cannot be read: nobody signed it, so that its form is against nobody.
fn unreadable<'s>(kind: Kind, piece: &Piece<'s>, error: &Error) -> Replayed<'s> {
    let check = &checks::EVENTLOG_REPLAY;
    let finding = Finding::unknown(check, Why::NotSupported).actual(error.to_string());
    let launch = match kind {
        Kind::Firmware => &[][..],
        Kind::Launcher | Kind::Dstack => &checks::LAUNCH[..],
    };
    let others = checks::FIRMWARE.iter().chain(launch).filter(|other| **other != check);
    let blocked = others.map(|other| Finding::blocked(other, check));
    let findings = std::iter::once(finding).chain(blocked).collect();
    Replayed {
        findings,
        verified: None,
        bytes: piece.bytes,
        id: id(kind),
        is_beside: piece.is_beside(),
        is_read: false,
    }
}

impl Replayed<'_> {
    /// Adds the log with its findings to `part`, with what it says when it holds, and hands back
    /// the verified log.
    pub(crate) fn told(self, part: &mut Part) -> Option<VerifiedLog> {
        let known = self.verified.as_ref();
        part.claims.extend(known.map(appraise::claims).unwrap_or_default());
        known.into_iter().flat_map(facts).for_each(|fact| part.facts.add(fact));
        self.shown(part);
        part.findings.extend(self.findings);
        self.verified
    }

    /// Adds the log to the evidence of `part`.
    pub(crate) fn shown(&self, part: &mut Part) {
        let fields = self.verified.as_ref().map(appraise::fields).unwrap_or_default();
        let link = LinkId::Measurements;
        part.evidence.push(EvidenceItem::new(self.id, "event-log", link, self.bytes, fields));
    }
}
