//! A request on its way to the service.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::aead::Aead as _;
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use curve25519_dalek::MontgomeryPoint;
use serde_json::json;
use silicon_to_source::engine::channel::{Current, Refusal};

use crate::{NONCE_LEN, Opener};

/// The most that the service reads of a sealed request, in bytes.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// Random numbers for one request: the system's, and used once.
pub struct Random([u8; Self::LEN]);

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// How many bytes there are.
    pub const LEN: usize = 32 + NONCE_LEN;

    /// Takes bytes that the system's random numbers made for this request alone.
    pub const fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

/// A sealed request.
#[derive(Debug)]
pub struct Sealed {
    /// The body to send, of [`MEDIA_TYPE`](crate::MEDIA_TYPE).
    pub body: String,
    /// What opens the answer to it.
    pub opener: Opener,
}

/// Seals `request`, a body of `application/json`, to the key that `to` is.
///
/// # Errors
/// [`Refusal::Weak`] and [`Refusal::TooLarge`].
pub fn seal(to: &Current<'_>, random: Random, request: &[u8]) -> Result<Sealed, Refusal> {
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
    let body = envelope.to_string();
    if body.len() > MAX_REQUEST {
        return Err(Refusal::TooLarge);
    }
    Ok(Sealed { body, opener: Opener { shared, used: BTreeSet::from([nonce]) } })
}
