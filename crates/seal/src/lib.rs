//! Requests sealed to the key that a report binds, and the answers to them.
//!
//! # The forms
//! Which one a service takes goes with its evidence; [`seal`] is told by the key that it is given.
//! - [`Form::NaclBox`]: the sealed mode of Darkbloom's coordinator, in the module `nacl`.
//! - [`Form::Ehbp`]: the Encrypted HTTP Body Protocol of Tinfoil's enclaves, in the module `ehbp`.
//!
//! # What is sealed and what is not
//! The bodies are. Address, header fields (a token of the reader's among them), status, sizes and
//! times are not. An answer in pieces is opened piece by piece: that the last ones are left out shows
//! nowhere, so what they say has to end as such answers do.
//! The service's key is the same for everybody and for a long time: who learns it later can open what
//! was recorded.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

mod ehbp;
mod nacl;

use std::fmt;

use silicon_to_source::engine::channel::{Current, Form, Refusal};

/// The media type of answers that come event by event.
pub const EVENT_STREAM: &str = "text/event-stream";
/// The most that is read of an answer, and of one piece of it, in bytes.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The most that is sealed, in bytes: what a coordinator reads of a request.
const MAX_REQUEST: usize = 16 * 1024 * 1024;
/// The media type of an opened answer that is no stream of events.
const JSON: &str = "application/json";

/// Why an answer cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unopened {
    /// It is not of the form of a sealed answer, or ends in the middle.
    Form,
    /// It was not sealed for this request by whoever has the service's key.
    Key,
    /// It is the request itself, or an answer that came before.
    Repeated,
    /// It is too large.
    TooLarge,
}

impl Unopened {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Form, Self::Key, Self::Repeated, Self::TooLarge];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Key => "other-key",
            Self::Repeated => "repeated",
            Self::TooLarge => "too-large",
        }
    }
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "the answer is not of the form of a sealed answer",
            Self::Key => "the answer was not sealed for this request",
            Self::Repeated => "the answer repeats a box that was there before",
            Self::TooLarge => "the answer is larger than the limit",
        })
    }
}

impl std::error::Error for Unopened {}

/// Random numbers for one request: the system's, and used once.
pub struct Random([u8; Self::LEN]);

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// How many bytes there are.
    pub const LEN: usize = 32 + nacl::NONCE_LEN;

    /// Takes bytes that the system's random numbers made for this request alone.
    pub const fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

/// A sealed request.
#[derive(Debug)]
pub struct Sealed {
    /// Header fields that have to go with it, in place of any of the same names.
    pub headers: Vec<(&'static str, String)>,
    /// The body to send.
    pub body: Vec<u8>,
    /// Whether the body has to go without its length (`Transfer-Encoding: chunked`), where whoever
    /// sends it can do that.
    pub is_chunked: bool,
    /// What opens the answer to it.
    pub opener: Opener,
}

/// Seals `request`, a body of `application/json`, to the key that `to` is.
///
/// # Errors
/// [`Refusal::Weak`], [`Refusal::Empty`] and [`Refusal::TooLarge`].
pub fn seal(to: &Current<'_>, random: Random, request: &[u8]) -> Result<Sealed, Refusal> {
    match to.form() {
        Form::NaclBox => nacl::seal(to, random, request),
        Form::Ehbp => ehbp::seal(to, random, request),
    }
}

/// Opens the answer to one request.
#[derive(Debug)]
pub struct Opener(By);

#[derive(Debug)]
enum By {
    Nacl(nacl::Opener),
    Ehbp(ehbp::Opener),
}

impl Opener {
    /// What opens the body of an answer with these header fields; nothing where they say that the
    /// answer is not sealed. `header` gives a field by its name in lower case: several of one name
    /// as one, with commas.
    ///
    /// # Errors
    /// [`Unopened::Form`].
    pub fn begin(
        self,
        header: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Opening>, Unopened> {
        let kind = header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Ok(match self.0 {
            By::Nacl(opener) => match kind.as_str() {
                nacl::MEDIA_TYPE => Some(Body::Whole(opener, Vec::new())),
                EVENT_STREAM => Some(Body::Events(opener.events())),
                _ => None,
            },
            By::Ehbp(opener) => match header(ehbp::RESPONSE_NONCE) {
                Some(nonce) => Some(Body::Chunks(Box::new(opener.chunks(&nonce)?))),
                None => None,
            },
        }
        .map(|body| Opening::of(body, kind == EVENT_STREAM)))
    }
}

/// Opens the body of one answer as its bytes come in. After an error nothing more is opened.
#[derive(Debug)]
pub struct Opening {
    body: Body,
    is_stream: bool,
    ended: Option<Unopened>,
}

#[derive(Debug)]
enum Body {
    Whole(nacl::Opener, Vec<u8>),
    Events(nacl::Events),
    Chunks(Box<ehbp::Chunks>),
}

impl Body {
    fn taken(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
        match self {
            Self::Whole(_, whole) => {
                if bytes.len() > MAX_ANSWER.saturating_sub(whole.len()) {
                    return Err(Unopened::TooLarge);
                }
                whole.extend_from_slice(bytes);
                Ok(Vec::new())
            }
            Self::Events(events) => events.taken(bytes),
            Self::Chunks(chunks) => chunks.taken(bytes),
        }
    }

    fn finish(self) -> Result<Vec<u8>, Unopened> {
        let is_complete = match self {
            Self::Whole(mut opener, whole) => return opener.answer(&whole),
            Self::Events(events) => events.is_complete(),
            Self::Chunks(chunks) => chunks.is_complete(),
        };
        if is_complete { Ok(Vec::new()) } else { Err(Unopened::Form) }
    }
}

impl Opening {
    const fn of(body: Body, is_stream: bool) -> Self {
        Self { body, is_stream, ended: None }
    }

    /// The media type of what is opened: JSON, or events where the answer says so. No seal covers
    /// what it says.
    pub const fn media_type(&self) -> &'static str {
        if self.is_stream { EVENT_STREAM } else { JSON }
    }

    /// Takes the next bytes and gives what is complete with them.
    ///
    /// # Errors
    /// Every [`Unopened`], again from then on.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
        if let Some(why) = self.ended {
            return Err(why);
        }
        let opened = self.body.taken(bytes);
        self.ended = opened.as_ref().err().copied();
        opened
    }

    /// Says that no bytes follow, and gives what is complete with that.
    ///
    /// # Errors
    /// [`Unopened::Form`] where the answer is not complete or holds nothing that was sealed, and
    /// every other [`Unopened`].
    pub fn finish(self) -> Result<Vec<u8>, Unopened> {
        match self.ended {
            Some(why) => Err(why),
            None => self.body.finish(),
        }
    }
}
