//! A question for another engine, in the form in which the Web Cryptography API takes it.
//!
//! The other engine is asked only what the engine of this crate would not refuse by its form: key
//! and signature are read here by the same readers first, so that an engine which reads more
//! leniently is never asked about what it would accept and RustCrypto would not.

use super::{Algorithm, Hash, Message, Signature, ecdsa, ed25519, rsa};

/// A signature that can be verified by an engine outside of this crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    algorithm: Algorithm,
    key: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Question {
    /// The question, or `None` when RustCrypto refuses its form, or when only a digest of the
    /// message is known: the Web Cryptography API hashes messages itself.
    pub(super) fn of(
        algorithm: Algorithm,
        key: &[u8],
        message: Message<'_>,
        signature: Signature<'_>,
    ) -> Option<Self> {
        let Message::Bytes(message) = message else { return None };
        let (key, signature) = match (algorithm, signature) {
            (Algorithm::EcdsaP256(_), _) => (key.to_vec(), ecdsa::p256::form(key, signature)?),
            (Algorithm::EcdsaP384(_), _) => (key.to_vec(), ecdsa::p384::form(key, signature)?),
            (Algorithm::Ed25519, Signature::Octets(octets)) => {
                ed25519::form(key, octets)?;
                (key.to_vec(), octets.to_vec())
            }
            (Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_), Signature::Octets(octets)) => {
                (rsa::form(key, octets)?, octets.to_vec())
            }
            _ => return None,
        };
        Some(Self { algorithm, key, message: message.to_vec(), signature })
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key in the [format](Self::key_format) of the algorithm.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// How the key is written: `raw`, an uncompressed SEC 1 point or 32 bytes, or `spki`, a
    /// SubjectPublicKeyInfo.
    pub const fn key_format(&self) -> &'static str {
        match self.algorithm {
            Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_) => "spki",
            Algorithm::EcdsaP256(_)
            | Algorithm::EcdsaP384(_)
            | Algorithm::Ed25519
            | Algorithm::Ethereum => "raw",
        }
    }

    /// The message, not hashed.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The signature: r and s one after the other, or the bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What the algorithm is called by the Web Cryptography API, for taking over the key as well as
    /// for verifying.
    pub fn parameters(&self) -> Parameters {
        let (name, curve, hash) = match self.algorithm {
            Algorithm::EcdsaP256(hash) => ("ECDSA", Some("P-256"), Some(hash)),
            Algorithm::EcdsaP384(hash) => ("ECDSA", Some("P-384"), Some(hash)),
            Algorithm::Ed25519 => ("Ed25519", None, None),
            // The Web Cryptography API does not know the curve: no platform answers with yes.
            Algorithm::Ethereum => ("ECDSA", Some("secp256k1"), None),
            Algorithm::RsaPkcs1(hash) => ("RSASSA-PKCS1-v1_5", None, Some(hash)),
            Algorithm::RsaPss(hash) => ("RSA-PSS", None, Some(hash)),
        };
        let salt_len = match self.algorithm {
            Algorithm::RsaPss(hash) => Some(hash.output_len()),
            _ => None,
        };
        Parameters { name, curve, hash, salt_len }
    }

    /// How much of memory the question takes, in bytes.
    pub(super) fn len(&self) -> usize {
        [&self.key, &self.message, &self.signature]
            .iter()
            .fold(0, |sum, part| sum.saturating_add(part.len()))
    }
}

/// The members of an algorithm in the Web Cryptography API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// `name`.
    pub name: &'static str,
    /// `namedCurve`.
    pub curve: Option<&'static str>,
    /// `hash`, by its name.
    pub hash: Option<Hash>,
    /// `saltLength`.
    pub salt_len: Option<usize>,
}
