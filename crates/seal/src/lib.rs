//! Requests sealed to the key that a report binds, and the answers to them.
//!
//! # The form
//! That of the sealed mode of Darkbloom's coordinator, read in its sources
//! (`Layr-Labs/d-inference`, `coordinator/api/sender_encryption.go` at 108fde4
//! and `docs/reference/api-contracts.md`); it was not tried on the running
//! service. A box is NaCl's `crypto_box` (X25519, XSalsa20, Poly1305) with its nonce of 24 bytes
//! before it, in standard base64.
//! - request, [`MEDIA_TYPE`]: `{"kid", "ephemeral_public_key", "ciphertext"}`, a box from a key that is
//!   made for this request to the service's key;
//! - answer, [`MEDIA_TYPE`]: `{"kid", "ciphertext"}`, a box from the service's key to the request's;
//! - events, `text/event-stream`: each is `data:` and a box in which the event stands.
//!
//! # What is sealed and what is not
//! The bodies are. Address, header fields (a token of the reader's among them), status, sizes and
//! times are not. Both directions of a box have one key, so a box that comes back is refused where its
//! nonce is the request's, or came before. That events are left out at the end, or change places,
//! shows nowhere: what they say has to end as such answers do.
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

mod events;
mod request;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::SalsaBox;
use crypto_box::aead::Aead as _;
use serde::Deserialize;

pub use events::Events;
pub use request::{Random, Sealed, seal};

/// The media type of sealed requests, and of sealed answers that come at once.
pub const MEDIA_TYPE: &str = "application/eigeninference-sealed+json";
/// The media type of answers that come event by event.
pub const EVENT_STREAM: &str = "text/event-stream";
/// The most that is read of an answer, and of one event, in bytes.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The length of a box's nonce, in bytes.
const NONCE_LEN: usize = 24;

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

/// Opens the answer to one request.
pub struct Opener {
    shared: SalsaBox,
    /// The nonces that were used: the request's, and those of what was opened.
    used: BTreeSet<[u8; NONCE_LEN]>,
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

impl Opener {
    /// The answer that `body` holds, an answer of [`MEDIA_TYPE`].
    ///
    /// # Errors
    /// Every [`Unopened`].
    pub fn answer(&mut self, body: &[u8]) -> Result<Vec<u8>, Unopened> {
        #[derive(Deserialize)]
        struct Answer {
            ciphertext: String,
        }
        if body.len() > MAX_ANSWER {
            return Err(Unopened::TooLarge);
        }
        let answer: Answer = serde_json::from_slice(body).map_err(|_| Unopened::Form)?;
        self.open(&answer.ciphertext)
    }

    /// The answer event by event, for an answer of [`EVENT_STREAM`].
    pub fn events(self) -> Events {
        Events::of(self)
    }

    /// What a box in base64 holds.
    fn open(&mut self, text: &str) -> Result<Vec<u8>, Unopened> {
        let sealed = STANDARD.decode(text).map_err(|_| Unopened::Form)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unopened::Form)?;
        let opened = self.shared.decrypt(nonce.into(), sealed).map_err(|_| Unopened::Key)?;
        if self.used.insert(*nonce) { Ok(opened) } else { Err(Unopened::Repeated) }
    }
}
