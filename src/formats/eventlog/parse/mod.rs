//! Event logs: what a machine says it measured, entry by entry.
//!
//! A log is the word of whoever serves it. It gains weight in [`crate::formats::eventlog::verify`], where
//! its digests are extended again and compared with registers that a signed quote names.

pub mod cel;
pub mod dstack;
pub(crate) mod efi;
pub mod tcg;

use std::fmt;

use serde::Serialize;

use crate::error::Error;

/// The largest log that is read, in bytes.
pub const MAX_LOG: usize = 1 << 20;
/// The most events that are read from one log.
pub const MAX_EVENTS: usize = 10_000;

/// A register that is only ever extended: new = H(old || digest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    /// A platform configuration register of a TPM, by number.
    Pcr(u8),
    /// A runtime measurement register of a TD, 0 to 3.
    Rtmr(u8),
}

impl Register {
    /// The register that a TCG or CEL log means with a confidential-computing measurement
    /// register index: 1 to 4 are RTMR0 to RTMR3; 0 is MRTD, which is not extended by a log
    /// (Intel TDX Virtual Firmware Design Guide, section "TD measurement").
    pub const fn of_ccmr(index: u32) -> Option<Self> {
        match index {
            1 => Some(Self::Rtmr(0)),
            2 => Some(Self::Rtmr(1)),
            3 => Some(Self::Rtmr(2)),
            4 => Some(Self::Rtmr(3)),
            _ => None,
        }
    }

    /// The register of a TPM with that number, 0 to 23 (TCG PC Client Platform TPM Profile).
    pub fn of_pcr(index: u32) -> Option<Self> {
        u8::try_from(index).ok().filter(|index| *index < 24).map(Self::Pcr)
    }

    /// The stable word for parts of findings: `rtmr2`, `pcr13`.
    pub fn word(self) -> String {
        self.to_string().to_lowercase()
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pcr(number) => write!(f, "PCR{number}"),
            Self::Rtmr(number) => write!(f, "RTMR{number}"),
        }
    }
}

/// A hash algorithm by its TPM number (TCG Algorithm Registry, TPM_ALG_ID).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Algorithm(pub u16);

impl Algorithm {
    /// SHA-1. Shown and never replayed.
    pub(crate) const SHA1: Self = Self(0x0004);
    /// SHA-256.
    pub const SHA256: Self = Self(0x000b);
    /// SHA-384.
    pub const SHA384: Self = Self(0x000c);
    /// SHA-512.
    pub(crate) const SHA512: Self = Self(0x000d);

    /// Length of its digest in bytes, for the algorithms known here.
    pub(crate) const fn digest_len(self) -> Option<usize> {
        match self {
            Self::SHA1 => Some(20),
            Self::SHA256 => Some(32),
            Self::SHA384 => Some(48),
            Self::SHA512 => Some(64),
            Self(_) => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SHA1 => f.write_str("SHA-1"),
            Self::SHA256 => f.write_str("SHA-256"),
            Self::SHA384 => f.write_str("SHA-384"),
            Self::SHA512 => f.write_str("SHA-512"),
            Self(number) => write!(f, "TPM_ALG 0x{number:04x}"),
        }
    }
}

/// One digest of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest<'a> {
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Refuses one event too many.
fn room(what: &'static str, events: usize) -> Result<(), Error> {
    if events < MAX_EVENTS {
        return Ok(());
    }
    Err(Error::TooLarge { what, len: events.saturating_add(1), max: MAX_EVENTS })
}
