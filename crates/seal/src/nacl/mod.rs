//! NaCl's box: the sealed mode of Darkbloom's coordinator, read in its sources
//! (`Layr-Labs/d-inference`, `coordinator/api/sender_encryption.go` at 108fde4 and
//! `docs/reference/api-contracts.md`); it was not tried on the running service.
//!
//! A box is NaCl's `crypto_box` (X25519, XSalsa20, Poly1305) with its nonce of 24 bytes before it, in
//! standard base64.
//! - request, [`MEDIA_TYPE`]: `{"kid", "ephemeral_public_key", "ciphertext"}`, a box from a key that
//!   is made for this request to the service's key;
//! - answer, [`MEDIA_TYPE`]: `{"kid", "ciphertext"}`, a box from the service's key to the request's;
//! - events, `text/event-stream`: each is `data:` and a box in which the event stands.
//!
//! Both directions of a box have one key, so a box that comes back is refused where its nonce is the
//! request's, or came before. That events change places shows nowhere.

mod events;

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::aead::Aead as _;
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use curve25519_dalek::MontgomeryPoint;
use serde::Deserialize;
use serde_json::json;
use silicon_to_source::engine::channel::{Current, Refusal};

use crate::{By, MAX_ANSWER, MAX_REQUEST, Random, Sealed, Unopened};

pub(crate) use events::Events;

/// The media type of sealed requests, and of sealed answers that come at once.
pub(crate) const MEDIA_TYPE: &str = "application/eigeninference-sealed+json";
/// The length of a box's nonce, in bytes.
pub(crate) const NONCE_LEN: usize = 24;

/// Seals `request` to the key that `to` is.
pub(crate) fn seal(to: &Current<'_>, random: Random, request: &[u8]) -> Result<Sealed, Refusal> {
    let weak = || Refusal::Weak;
    let (secret, nonce) = random.0.split_first_chunk::<32>().ok_or_else(weak)?;
    let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_| Refusal::Weak)?;
    // With a key of low order every product is zero (RFC 7748 section 6.1), and everybody knows it.
    if MontgomeryPoint(*to.key()).mul_clamped(*secret).0 == [0; 32] {
        return Err(Refusal::Weak);
    }
    let secret = SecretKey::from(*secret);
    let shared = SalsaBox::new(&PublicKey::from(*to.key()), &secret);
    let sealed = shared.encrypt(&nonce.into(), request).map_err(|_| Refusal::TooLarge)?;
    let envelope = json!({
        "kid": to.id(),
        "ephemeral_public_key": STANDARD.encode(secret.public_key().as_bytes()),
        "ciphertext": STANDARD.encode([&nonce[..], &sealed].concat()),
    });
    let body = envelope.to_string().into_bytes();
    if body.len() > MAX_REQUEST {
        return Err(Refusal::TooLarge);
    }
    let opener = Opener { shared, used: BTreeSet::from([nonce]) };
    Ok(Sealed {
        headers: vec![("content-type", MEDIA_TYPE.to_owned())],
        body,
        is_chunked: false,
        opener: crate::Opener(By::Nacl(opener)),
    })
}

/// Opens boxes for the sender of one request.
pub(crate) struct Opener {
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
    pub(crate) fn answer(&mut self, body: &[u8]) -> Result<Vec<u8>, Unopened> {
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

    /// The answer event by event.
    pub(crate) fn events(self) -> Events {
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

#[cfg(test)]
mod tests;
