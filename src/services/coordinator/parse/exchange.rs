//! What a reader's software asked a service, and what came back: one file that can be kept,
//! looked at again and examined without a network.
//!
//! Whoever wrote the file could have written anything. That a nonce was fresh, and that an answer
//! came from the named host, is known to the reader whose own software made the exchange, and to
//! nobody else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::Sha256;
use crate::error::Error;
use crate::sorted::Sorted as _;
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::Base64Url;

/// The value of [`Exchange::schema`].
pub const SCHEMA: &str = "silicon-to-source/exchange/v1";
/// [`Answer::what`] of the attestation itself.
pub const ATTESTATION: &str = "coordinator-attestation";
/// [`Answer::what`] of the key of sealed requests.
pub const ENCRYPTION_KEY: &str = "encryption-key";
/// [`Answer::what`] of the bundle of Tinfoil's router.
pub const TINFOIL: &str = "tinfoil-bundle";
/// The most answers in one exchange.
pub const MAX_ANSWERS: usize = 32;

const WHAT: &str = "exchange";

/// One session with one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// [`SCHEMA`].
    pub schema: String,
    /// Scheme and authority that the reader asked, such as `https://api.darkbloom.dev`.
    pub origin: String,
    /// The nonce that the reader sent; absent when it sent none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Base64Url>,
    /// When the first question was sent, by the clock of the reader's device.
    pub started_at: UnixTime,
    /// What came back.
    pub answers: Vec<Answer>,
}

/// What came back from one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked for: [`ATTESTATION`], [`ENCRYPTION_KEY`] or another word.
    pub what: String,
    /// The address that was asked.
    pub url: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// The host answered.
    Answered(Response),
    /// No answer was read.
    Failed {
        /// Why not, as far as the reader's software can tell.
        failed: Failure,
    },
}

/// An answer over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The `Age` header: for how long a cache has kept the answer, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) age_s: Option<u64>,
    /// Whether the answer came from another address than the one that was asked.
    #[serde(default)]
    pub redirected: bool,
    /// SHA-256 of the public key (SubjectPublicKeyInfo, DER) in the certificate with which the
    /// host answered; absent where the reader's software cannot see it, as in a web page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_spki_sha256: Option<Sha256>,
    /// The body as received.
    pub body: Body,
}

/// The bytes of a body; in JSON standard base64 with padding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body(pub Vec<u8>);

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Why no answer was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// A browser does not tell whether the host did not answer or did not allow the page to read.
    CorsOrNetwork,
    /// It took too long.
    Timeout,
    /// The body is longer than the limit.
    TooLarge,
    /// The host sent the reader elsewhere, and the reader did not follow.
    Redirect,
    /// The reader's device has no network.
    Offline,
    /// The reader stopped it.
    Aborted,
    /// No TLS connection came about.
    Tls,
    /// The host name has no address.
    Dns,
    /// The host refused the connection.
    Refused,
    /// The connection ended before the answer did.
    Truncated,
}

impl Failure {
    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CorsOrNetwork => "cors-or-network",
            Self::Timeout => "timeout",
            Self::TooLarge => "too-large",
            Self::Redirect => "redirect",
            Self::Offline => "offline",
            Self::Aborted => "aborted",
            Self::Tls => "tls",
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::Truncated => "truncated",
        }
    }
}

impl Exchange {
    /// Reads an exchange.
    ///
    /// # Errors
    /// When it is not JSON of this form, has a member twice, more than [`MAX_ANSWERS`] answers,
    /// two answers to one question, or another schema.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let exchange: Self = crate::json::from_slice(WHAT, bytes)?;
        let whole = Span::new(0, bytes.len());
        if exchange.schema != SCHEMA {
            return Err(Error::unsupported("exchange, schema", &exchange.schema, whole));
        }
        Error::cap("exchange, answers", exchange.answers.len(), MAX_ANSWERS)?;
        // Of the service itself each thing is asked once; collateral is told apart by its address.
        let mut asked: Vec<(&str, &str)> = exchange
            .answers
            .iter()
            .map(|answer| match answer.what.as_str() {
                what @ (ATTESTATION | ENCRYPTION_KEY | TINFOIL) => (what, ""),
                what => (what, answer.url.as_str()),
            })
            .collect();
        asked.sorted_by(Ord::cmp);
        if asked.is_sorted_by(|one, next| one != next) {
            Ok(exchange)
        } else {
            Err(Error::malformed(WHAT, whole, "two answers to one question"))
        }
    }

    /// The JSON text of the file.
    pub fn to_json(&self) -> String {
        let mut json = crate::json::indented(self);
        json.push('\n');
        json
    }

    /// The files that others than the service itself answered, each with the address that was
    /// asked: certificates, lists, provenance.
    pub fn collateral(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.answers
            .iter()
            .filter(|answer| ![ATTESTATION, ENCRYPTION_KEY, TINFOIL].contains(&&*answer.what))
            .filter_map(|answer| match &answer.outcome {
                Outcome::Answered(response) if response.status == 200 => {
                    Some((answer.url.as_str(), response.body.0.as_slice()))
                }
                Outcome::Answered(_) | Outcome::Failed { .. } => None,
            })
    }

    /// What came of asking for `what`.
    pub fn outcome(&self, what: &str) -> Option<&Outcome> {
        self.answers.iter().find(|answer| answer.what == what).map(|answer| &answer.outcome)
    }
}
