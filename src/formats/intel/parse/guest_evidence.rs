//! A quote as Confidential Containers' attester writes it: JSON with the quote and the firmware's
//! log, each in base64. And as the client of Intel Trust Authority writes it: a member `tdx` with the
//! quote, Intel's nonce and what the guest had hashed into the quote.

use serde::Deserialize;
use serde::de::IgnoredAny;

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
    /// A log of another form, which nobody signed and which is not read: the attestation agent's own,
    /// or the one beside Intel's nonce.
    pub own_log: Option<Vec<u8>>,
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

/// intel/trustauthority-client-for-go, `go-tdx`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    tdx: ClientParts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientParts {
    quote: String,
    #[serde(default, rename = "runtime_data")]
    _runtime_data: Option<String>,
    #[serde(default, rename = "user_data")]
    _user_data: Option<String>,
    #[serde(default)]
    event_log: Option<String>,
    #[serde(default, rename = "verifier_nonce")]
    _nonce: Option<IgnoredAny>,
}

impl From<Client> for Parts {
    fn from(client: Client) -> Self {
        let ClientParts { quote, event_log, .. } = client.tdx;
        Self { quote, cc_eventlog: None, aa_eventlog: event_log }
    }
}

impl GuestEvidence {
    /// Whether JSON with these members may be such evidence.
    pub(crate) fn is_likely(has: impl Fn(&str) -> bool) -> bool {
        has("quote") || has("tdx")
    }

    /// Reads the JSON; `None` when it has other members, or its quote is no quote of TDX's.
    pub(crate) fn of(json: &[u8]) -> Option<Result<Self, Error>> {
        let client = || crate::json::read::<Client>(json).map(Parts::from);
        let parts: Parts = crate::json::read(json).or_else(client)?;
        let quote = of_base64(parts.quote.as_bytes()).ok()?;
        let is_quote = matches!(*quote, [4 | 5, 0, _, _, 0x81, 0, 0, 0, ..]);
        if !is_quote || quote.len() <= Quote::HEADER {
            return None;
        }
        let at = Span::new(0, json.len());
        let own_log = parts.aa_eventlog.filter(|log| !log.is_empty()).map(String::into_bytes);
        let log = parts.cc_eventlog.filter(|log| !log.is_empty());
        let log = log.map(|log| of_base64(log.as_bytes())).transpose();
        Some(match log {
            Ok(log) => Ok(Self { quote, log, own_log }),
            Err(error) => Err(Error::malformed(WHAT, at, error.to_string())),
        })
    }
}
