//! A log of records in which each line names the one before by its hash.
//!
//! A line is JSON without line breaks. Its last member, `hash`, is the SHA-256 of the line up to that
//! member; `before` is the `hash` of the line before, and null in the first line. So a changed byte
//! is noticed in the line itself, and a line that was removed, put in between or moved is noticed by
//! the line that follows.
//!
//! Not noticed by the log alone: lines removed at its end, and a log that was written anew from some
//! line on by whoever can compute a hash. Whoever keeps the hash of a line notices both.
//!
//! A line that was cut off by a crash stays. The line that is appended then names the bytes between
//! by their SHA-256, as `cut`: nothing can be put there later.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use silicon_to_source::digest::Sha256;

use super::{Record, SCHEMA};

/// The largest log that is read, in bytes: five years of a check each hour.
pub const MAX: u64 = 64 * 1024 * 1024;

/// What stands between a line and its own hash.
const SEAL: &str = ",\"hash\":\"";

/// A log as it was read.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The lines that follow one another, up to the fault if there is one.
    pub lines: Vec<Line>,
    /// Where the log stops to follow, and how.
    pub fault: Option<(usize, Fault)>,
    /// The number of the last line, where it was cut off.
    pub cut_off: Option<usize>,
    /// The numbers of lines that were cut off, and that a later line accounts for.
    pub accounted: Vec<usize>,
    /// How a line has to be appended.
    end: End,
}

/// A line that follows the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from one.
    pub number: usize,
    /// What it records.
    pub record: Record,
    /// Its hash.
    pub hash: Sha256,
}

/// Why a line does not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read as a line of such a log.
    Unreadable,
    /// Its bytes are not those that its hash was made of.
    Changed,
    /// It names another line before it than the one that is there.
    NotNext,
}

impl Fault {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Unreadable, Self::Changed, Self::NotNext];

    /// The key of its sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Changed => "changed",
            Self::NotNext => "not-next",
        }
    }
}

/// What the end of the log asks of the next line.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// A line break is lacking.
    unfinished: bool,
    /// The bytes since the last line that follows, with a line break behind them.
    cut: Option<Sha256>,
}

/// What a line holds beside its record.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(flatten)]
    record: Record,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<Sha256>,
    before: Option<Sha256>,
}

impl Log {
    /// Reads the bytes of a log.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut log = Self::default();
        // Where the bytes begin that are no line, with the first one's number and fault.
        let mut gap: Option<(usize, usize, Fault)> = None;
        let mut start = 0_usize;
        for (number, piece) in (1_usize..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            let text = piece.strip_suffix(b"\n");
            let here = start;
            start = start.saturating_add(piece.len());
            log.end.unfinished = text.is_none();
            let (body, hash) = match sealed(text.unwrap_or(piece)) {
                Ok(line) => line,
                Err(fault) => {
                    let (from, first, fault) = *gap.get_or_insert((here, number, fault));
                    match text {
                        None if first == number => log.cut_off = Some(number),
                        _ => log.fault = Some((first, fault)),
                    }
                    // With the line break that the next line is written behind.
                    log.end.cut = bytes.get(from..).map(|cut| Sha256::of_parts(&[cut, b"\n"]));
                    continue;
                }
            };
            let between = gap
                .take()
                .map(|(from, first, fault)| (bytes.get(from..here).map(Sha256::of), first, fault));
            match between {
                Some((cut, first, _)) if cut.is_some() && cut == body.cut => {
                    log.accounted.extend(first..number);
                }
                Some((_, first, fault)) => {
                    log.fault = Some((first, fault));
                    return log;
                }
                None if body.cut.is_some() => {
                    log.fault = Some((number, Fault::NotNext));
                    return log;
                }
                None => {}
            }
            if body.before != log.lines.last().map(|line| line.hash) {
                log.fault = Some((number, Fault::NotNext));
                return log;
            }
            log.fault = None;
            log.end.cut = None;
            log.lines.push(Line { number, record: body.record, hash });
        }
        log
    }

    /// The records about `service`, from the first to the last.
    pub fn of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Record> {
        self.lines.iter().map(|line| &line.record).filter(move |own| own.service == service)
    }

    /// Whether a line has this hash.
    pub fn has(&self, hash: &Sha256) -> bool {
        self.lines.iter().any(|line| line.hash == *hash)
    }

    /// The bytes that append `record`: one line, and a line break before it where one is lacking.
    fn next(&self, record: &Record) -> Result<Vec<u8>, serde_json::Error> {
        let before = self.lines.last().map(|line| line.hash);
        let body = Body { record: record.clone(), cut: self.end.cut, before };
        let text = serde_json::to_string(&body)?;
        let body = text.strip_suffix('}').unwrap_or(&text);
        let hash = Sha256::of(body.as_bytes());
        let lead = if self.end.unfinished { "\n" } else { "" };
        Ok(format!("{lead}{body}{SEAL}{hash}\"}}\n").into_bytes())
    }
}

/// A line by itself: what it holds, with its own hash.
fn sealed(line: &[u8]) -> Result<(Body, Sha256), Fault> {
    let text = std::str::from_utf8(line).map_err(|_| Fault::Unreadable)?;
    let (body, hash) = text.rsplit_once(SEAL).ok_or(Fault::Unreadable)?;
    let hash = hash.strip_suffix("\"}").ok_or(Fault::Unreadable)?;
    let is_plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if !hash.bytes().all(is_plain) {
        return Err(Fault::Unreadable);
    }
    let hash: Sha256 = hash.parse().map_err(|_| Fault::Unreadable)?;
    if Sha256::of(body.as_bytes()) != hash {
        return Err(Fault::Changed);
    }
    let parsed: Body = serde_json::from_str(&format!("{body}}}")).map_err(|_| Fault::Unreadable)?;
    if parsed.record.schema != SCHEMA {
        return Err(Fault::Unreadable);
    }
    Ok((parsed, hash))
}

/// A log that could not be used.
#[derive(Debug)]
pub enum Refused {
    /// The system refused it.
    Io(io::Error),
    /// It is larger than [`MAX`].
    TooLarge,
    /// It does not follow at this line, and nothing is appended to it.
    Faulty(usize, Fault),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the log at `path`.
///
/// # Errors
/// [`Refused::Io`] and [`Refused::TooLarge`]; a log with a fault is read.
pub fn read(path: &Path) -> Result<Log, Refused> {
    let mut file = File::open(path)?;
    file.lock_shared()?;
    contents(&mut file)
}

/// Reads the log at `path` if it is there, to append to it later.
///
/// # Errors
/// Also when the log does not follow, or could not be written to.
pub fn begin(path: &Path) -> Result<Log, Refused> {
    let (_, log) = locked(path)?;
    Ok(log)
}

/// Appends `record` to the log at `path` and gives the log as it was before. Whoever else appends
/// waits meanwhile.
///
/// # Errors
/// When the log does not follow, or cannot be written: then it is as it was, or its last line is
/// cut off.
pub fn append(path: &Path, record: &Record) -> Result<Log, Refused> {
    let (mut file, log) = locked(path)?;
    let line = log.next(record).map_err(io::Error::from)?;
    file.write_all(&line)?;
    file.sync_data()?;
    Ok(log)
}

fn locked(path: &Path) -> Result<(File, Log), Refused> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    file.lock()?;
    let log = contents(&mut file)?;
    match log.fault {
        Some((number, fault)) => Err(Refused::Faulty(number, fault)),
        None => Ok((file, log)),
    }
}

fn contents(file: &mut File) -> Result<Log, Refused> {
    let mut bytes = Vec::new();
    let length = Read::by_ref(file).take(MAX.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > MAX {
        return Err(Refused::TooLarge);
    }
    Ok(Log::parse(&bytes))
}
