//! A quote as Confidential Containers' attester writes it: JSON with the quote and the firmware's
//! log, each in base64.

use serde::Deserialize;

use super::Quote;
use crate::error::Error;
use crate::span::Span;
use crate::wire::pasted::of_base64;

const WHAT: &str = "TDX evidence";

/// A guest's quote, and the log beside it.
#[derive(Debug)]
pub(crate) struct GuestEvidence {
    /// The quote.
    pub quote: Vec<u8>,
    /// The firmware's log (CCEL), which nobody signed.
    pub log: Option<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    quote: String,
    #[serde(default)]
    cc_eventlog: Option<String>,
    #[serde(default)]
    aa_eventlog: Option<String>,
}

impl GuestEvidence {
    /// Reads the JSON; `None` when it has other members, or its quote is no quote of TDX's.
    pub(crate) fn of(json: &[u8]) -> Option<Result<Self, Error>> {
        let parts: Parts = serde_json::from_slice(json).ok()?;
        let quote = of_base64(parts.quote.as_bytes()).ok()?;
        let is_quote = matches!(*quote, [4 | 5, 0, _, _, 0x81, 0, 0, 0, ..]);
        if !is_quote || quote.len() <= Quote::HEADER {
            return None;
        }
        let at = Span::new(0, json.len());
        if parts.aa_eventlog.is_some_and(|log| !log.is_empty()) {
            return Some(Err(Error::unsupported("TDX evidence, aa_eventlog", "a log", at)));
        }
        let log = parts.cc_eventlog.filter(|log| !log.is_empty());
        let log = log.map(|log| of_base64(log.as_bytes())).transpose();
        Some(match log {
            Ok(log) => Ok(Self { quote, log }),
            Err(error) => Err(Error::malformed(WHAT, at, error.to_string())),
        })
    }
}
