//! The event log of dstack: a JSON array (dstack, `cc-eventlog`).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::tcg::EventType;
use super::{MAX_LOG, room};
use crate::digest::Sha384;
use crate::error::Error;
use crate::hex;
use crate::span::Span;

const WHAT: &str = "dstack event log";

/// The type of the events that dstack itself writes into RTMR3 while the guest runs.
pub(crate) const RUNTIME_EVENT: EventType = EventType(0x0800_0001);

/// A log, taken apart.
#[derive(Clone, Debug)]
pub struct Log<'a> {
    /// The bytes as received.
    pub bytes: &'a [u8],
    /// The events, in order.
    pub events: Vec<Event>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it is in the JSON.
    pub span: Span,
    /// The RTMR, 0 to 3.
    pub rtmr: u8,
    /// What kind of event it says that it is.
    pub kind: EventType,
    /// The digest as stated; stripped logs have none for what dstack wrote.
    pub digest: Option<Sha384>,
    /// The name.
    pub name: String,
    /// The payload; stripped logs have none for what the firmware wrote.
    pub payload: Vec<u8>,
    /// How the digest of an event of dstack's is made.
    pub version: Version,
}

/// How the digest of an event of dstack's is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Of the type (little-endian), ":", the name, ":" and the payload.
    V1,
    /// Of canonical JSON (RFC 8785) of type, name and payload.
    V2 {
        /// The JSON, where the log states it; logs that are cut down leave it out.
        preimage: Option<Vec<u8>>,
    },
}

#[derive(Deserialize)]
struct Entry {
    imr: u32,
    event_type: u32,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    event_payload: String,
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    preimage: Option<String>,
}

impl<'a> Log<'a> {
    /// Reads a log.
    ///
    /// # Errors
    /// When it is longer than [`MAX_LOG`] or has too many events, when it is not JSON of this
    /// form, when a member appears twice, when a register is not 0 to 3, when a digest is neither
    /// absent nor 48 bytes, or when a version is not known.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_LOG)?;
        crate::json::unique(WHAT, bytes)?;
        let entries: Vec<&RawValue> = crate::json::borrowed(WHAT, bytes)?;
        let mut events = Vec::new();
        for entry in entries {
            room("dstack event log, number of events", events.len())?;
            let text = entry.get();
            let start = text.as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
            let span = Span::new(start, text.len());
            let entry: Entry = crate::json::borrowed(WHAT, text.as_bytes())
                .map_err(|error| error.shifted(start))?;
            events.push(event(entry, span)?);
        }
        Ok(Self { bytes, events })
    }
}

fn event(entry: Entry, span: Span) -> Result<Event, Error> {
    let rtmr = u8::try_from(entry.imr).ok().filter(|rtmr| *rtmr < 4);
    let Some(rtmr) = rtmr else {
        return Err(Error::malformed("dstack event log, imr", span, "it is not 0 to 3"));
    };
    let digest = match entry.digest.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            Error::malformed("dstack event log, digest", span, "it is not 48 bytes in hex")
        })?),
    };
    let version = match (entry.version, entry.preimage) {
        (None | Some(1), _) => Version::V1,
        (Some(2), stated) => {
            let read = |text: String| hex(&text, "dstack event log, preimage", span);
            Version::V2 { preimage: stated.map(read).transpose()? }
        }
        (Some(version), _) => {
            return Err(Error::unsupported("dstack event log, version", version, span));
        }
    };
    Ok(Event {
        span,
        rtmr,
        kind: EventType(entry.event_type),
        digest,
        name: entry.event,
        payload: hex(&entry.event_payload, "dstack event log, payload", span)?,
        version,
    })
}

fn hex(text: &str, what: &'static str, span: Span) -> Result<Vec<u8>, Error> {
    hex::decode(text).map_err(|error| Error::malformed(what, span, error.to_string()))
}
