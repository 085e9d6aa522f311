//! The Encrypted HTTP Body Protocol, as its specification says
//! (`tinfoilsh/encrypted-http-body-protocol`, `SPEC.md` at 06117bd); it was not tried on a running
//! service.
//!
//! - request: HPKE in base mode (RFC 9180; X25519, HKDF-SHA256, AES-256-GCM) to the service's key,
//!   with `ehbp request`; [`ENCAPSULATED_KEY`] holds the encapsulated key in hex;
//! - answer: AES-256-GCM with key and nonce derived from what the same context exports and from
//!   [`RESPONSE_NONCE`], in the way of RFC 9458 section 4.4; the nonce counts the chunks;
//! - either body: chunks, each after its length in four bytes.
//!
//! A chunk opens in its own place alone, and only for whoever has the request's context: chunks that
//! change places, come twice, or are another answer's do not open. Chunks left out at the end show
//! nowhere.

use std::convert::Infallible;
use std::fmt;

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use hkdf::Hkdf;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem, OpModeS, Serializable as _, setup_sender_with_rng};
use sha2::Sha256;
use silicon_to_source::engine::channel::{Current, Refusal};

use crate::{By, MAX_ANSWER, MAX_REQUEST, Random, Sealed, Unopened};

/// The header field with the encapsulated key of a request.
const ENCAPSULATED_KEY: &str = "ehbp-encapsulated-key";
/// The header field with the nonce of an answer.
pub(crate) const RESPONSE_NONCE: &str = "ehbp-response-nonce";

/// What the contexts of requests are for (section 4.4.1 of the specification).
const REQUEST: &[u8] = b"ehbp request";
/// What is exported of them for answers.
const RESPONSE: &[u8] = b"ehbp response";

/// The length of the encapsulated key, of the exported secret and of an answer's nonce, in bytes.
const LEN: usize = 32;
/// The length of an AES-GCM nonce, in bytes.
const NONCE_LEN: usize = 12;
/// What a chunk is longer than what it holds, in bytes: the tag.
const TAG_LEN: usize = 16;
/// The length of a chunk's length, in bytes.
const PREFIX_LEN: usize = 4;
/// The longest chunk of an answer that is read, in bytes.
const MAX_CHUNK: usize = MAX_ANSWER + TAG_LEN;

/// Seals `request` to the key that `to` is, as one chunk. A request without a body has no seal in this
/// protocol: there is nothing to send.
pub(crate) fn seal(to: &Current<'_>, random: Random, request: &[u8]) -> Result<Sealed, Refusal> {
    if request.is_empty() {
        return Err(Refusal::Empty);
    }
    if request.len() > MAX_REQUEST {
        return Err(Refusal::TooLarge);
    }
    let weak = |_| Refusal::Weak;
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.key()).map_err(weak)?;
    let mut given = Given { rest: &random.0, is_short: false };
    // A key of low order is refused inside (RFC 9180 section 7.1.4).
    let (encapsulated, mut context) = setup_sender_with_rng::<
        AesGcm256,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &key, REQUEST, &mut given)
    .map_err(weak)?;
    if given.is_short {
        return Err(Refusal::Weak);
    }
    let sealed = context.seal(request, &[]).map_err(weak)?;
    let mut secret = [0; LEN];
    context.export(RESPONSE, &mut secret).map_err(weak)?;
    let encapsulated: [u8; LEN] =
        encapsulated.to_bytes().as_slice().try_into().map_err(|_| Refusal::Weak)?;
    let length = u32::try_from(sealed.len()).map_err(|_| Refusal::TooLarge)?;
    Ok(Sealed {
        headers: vec![(ENCAPSULATED_KEY, hex::encode(encapsulated))],
        body: [&length.to_be_bytes()[..], &sealed].concat(),
        is_chunked: true,
        opener: crate::Opener(By::Ehbp(Opener { secret, encapsulated })),
    })
}

/// The random numbers that were given, and no others.
struct Given<'a> {
    rest: &'a [u8],
    /// Whether more were asked for than given: what came of it is not used.
    is_short: bool,
}

impl TryRng for Given<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        match self.rest.split_at_checked(into.len()) {
            Some((own, rest)) => {
                into.copy_from_slice(own);
                self.rest = rest;
            }
            None => self.is_short = true,
        }
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}

/// What the answer to one request is opened with.
pub(crate) struct Opener {
    secret: [u8; LEN],
    encapsulated: [u8; LEN],
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

impl Opener {
    /// What opens the chunks of an answer with this nonce, in hex. The specification writes it in lower
    /// case; digits of either case mean the same.
    pub(crate) fn chunks(self, nonce: &str) -> Result<Chunks, Unopened> {
        let mut salt = [0; LEN + LEN];
        let (own, given) = salt.split_at_mut(LEN);
        own.copy_from_slice(&self.encapsulated);
        hex::decode_to_slice(nonce, given).map_err(|_| Unopened::Form)?;
        let derived = Hkdf::<Sha256>::new(Some(&salt), &self.secret);
        let (mut key, mut nonce) = ([0; LEN], [0; NONCE_LEN]);
        derived.expand(b"key", &mut key).map_err(|_| Unopened::Form)?;
        derived.expand(b"nonce", &mut nonce).map_err(|_| Unopened::Form)?;
        let key = AnswerKey { cipher: Aes256Gcm::new(&key.into()), nonce, opened: 0 };
        Ok(Chunks { key, rest: Vec::new() })
    }
}

/// What chunks are opened with, one after another.
struct AnswerKey {
    cipher: Aes256Gcm,
    nonce: [u8; NONCE_LEN],
    /// How many chunks were opened.
    opened: u64,
}

impl AnswerKey {
    fn open(&mut self, chunk: &[u8]) -> Result<Vec<u8>, Unopened> {
        if chunk.len() < TAG_LEN {
            return Err(Unopened::Form);
        }
        let mut nonce = self.nonce;
        let count = self.opened.to_be_bytes();
        for (own, number) in nonce.iter_mut().rev().zip(count.iter().rev()) {
            *own ^= number;
        }
        let opened = self.cipher.decrypt(&nonce.into(), chunk).map_err(|_| Unopened::Key)?;
        self.opened = self.opened.checked_add(1).ok_or(Unopened::TooLarge)?;
        Ok(opened)
    }
}

/// Opens chunks as their bytes come in.
pub(crate) struct Chunks {
    key: AnswerKey,
    /// What belongs to a chunk that is not complete.
    rest: Vec<u8>,
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chunks")
    }
}

impl Chunks {
    /// Takes the next bytes and gives what the chunks hold that are complete with them.
    pub(crate) fn taken(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
        self.rest.extend_from_slice(bytes);
        let mut rest = self.rest.as_slice();
        let mut out = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<PREFIX_LEN>() {
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            if length > MAX_CHUNK {
                return Err(Unopened::TooLarge);
            }
            let Some((chunk, after)) = after.split_at_checked(length) else { break };
            rest = after;
            // An empty write of the service's, which counts for nothing.
            if !chunk.is_empty() {
                out.extend_from_slice(&self.key.open(chunk)?);
            }
        }
        let left = rest.len();
        self.rest.drain(..self.rest.len().saturating_sub(left));
        Ok(out)
    }

    /// Whether a chunk was opened, and none is begun: without one, nobody showed that the service's key was used.
    pub(crate) const fn is_complete(&self) -> bool {
        self.key.opened > 0 && self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests;
