//! The one door for signatures: nothing else in the crate names a signature library.
//!
//! The engine is RustCrypto. A caller that has another one, such as a browser's, uses it by
//! [`supposing`]. A signature that verifies says that the holder of the key signed
//! these bytes; it says nothing about who holds the key.

pub(crate) mod constants;
mod draft;
mod ecdsa;
mod ed25519;
mod ethereum;
mod memo;
pub(crate) mod provider;
mod question;
mod rsa;
mod signatures;

pub use draft::{Draft, counted, supposing};
pub use memo::remembering;
pub use question::{Parameters, Question};
pub use signatures::{Engine, Signatures};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl Hash {
    /// Length of a digest in bytes.
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Hashes `message`.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        use crate::digest::{Sha256, Sha384, Sha512};
        match self {
            Self::Sha256 => Sha256::of(message).0.to_vec(),
            Self::Sha384 => Sha384::of(message).0.to_vec(),
            Self::Sha512 => Sha512::of(message).0.to_vec(),
        }
    }
}

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on NIST P-256 (FIPS 186-5).
    EcdsaP256(Hash),
    /// ECDSA on NIST P-384 (FIPS 186-5).
    EcdsaP384(Hash),
    /// Ed25519 (RFC 8032), strict: small-order keys and non-canonical values are refused.
    Ed25519,
    /// ECDSA on secp256k1 over a signed message of Ethereum (EIP-191, version 0x45). The key is its
    /// address, 20 bytes; the signature has r, s and 27 or 28.
    Ethereum,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    RsaPkcs1(Hash),
    /// RSASSA-PSS (RFC 8017 section 8.1) with MGF1 over the same hash and a salt as long as it.
    RsaPss(Hash),
}

impl Algorithm {
    /// The hash under which a message is signed; Ed25519 and Ethereum take the message itself.
    const fn hash(self) -> Option<Hash> {
        match self {
            Self::EcdsaP256(hash)
            | Self::EcdsaP384(hash)
            | Self::RsaPkcs1(hash)
            | Self::RsaPss(hash) => Some(hash),
            Self::Ed25519 | Self::Ethereum => None,
        }
    }
}

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// The message; it is hashed here.
    Bytes(&'a [u8]),
    /// Its digest under the algorithm's hash. Not defined for Ed25519 and Ethereum.
    Digest(&'a [u8]),
}

impl<'a> Message<'a> {
    /// The message as it is signed under `algorithm`: hashed once, where the algorithm hashes first.
    fn hashed(self, algorithm: Algorithm) -> Hashed<'a> {
        match (self, algorithm.hash()) {
            (Self::Bytes(bytes), Some(hash)) => Hashed::Here(hash.digest(bytes)),
            _ => Hashed::Given(self),
        }
    }
}

/// A message of which every algorithm but Ed25519 and Ethereum needs no more than its digest.
enum Hashed<'a> {
    Here(Vec<u8>),
    Given(Message<'a>),
}

impl Hashed<'_> {
    fn short(&self) -> Message<'_> {
        match self {
            Self::Here(digest) => Message::Digest(digest),
            Self::Given(message) => *message,
        }
    }
}

/// How a signature is written down.
#[derive(Clone, Copy, Debug)]
pub enum Signature<'a> {
    /// ECDSA: DER `SEQUENCE { r, s }` (RFC 3279 section 2.2.3), strictly.
    Asn1(&'a [u8]),
    /// ECDSA: r then s, each as long as the curve's order, big-endian.
    Concatenated(&'a [u8]),
    /// RSA, Ed25519 and Ethereum: the bytes.
    Octets(&'a [u8]),
}

/// The signature does not verify: key, message, form or value is wrong. Which of them cannot be
/// told apart by mathematics, and is not told apart here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

/// Verifies `signature` over `message` with `key`.
///
/// `key` is the content of the subjectPublicKey bit string (RFC 5280 section 4.1): an
/// uncompressed SEC 1 point, a PKCS#1 `RSAPublicKey` of 2048 to 4096 bits, or 32 bytes; for Ethereum
/// an address.
///
/// # Errors
/// [`BadSignature`] for anything but a signature that verifies.
pub fn verify(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> Result<(), BadSignature> {
    if constants::holds(algorithm, key, message, signature)
        || draft::holds(algorithm, key, message, signature)
    {
        return Ok(());
    }
    let hashed = message.hashed(algorithm);
    let message = hashed.short();
    memo::answer(algorithm, key, message, signature, || compute(algorithm, key, message, signature))
}

fn compute(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> Result<(), BadSignature> {
    draft::computes(algorithm);
    let verified = match (algorithm, signature) {
        (Algorithm::EcdsaP256(hash), Signature::Asn1(_) | Signature::Concatenated(_)) => {
            ecdsa::p256::verify(key, &prehash(hash, message)?, signature)
        }
        (Algorithm::EcdsaP384(hash), Signature::Asn1(_) | Signature::Concatenated(_)) => {
            ecdsa::p384::verify(key, &prehash(hash, message)?, signature)
        }
        (Algorithm::Ed25519, Signature::Octets(octets)) => match message {
            Message::Bytes(bytes) => ed25519::verify(key, bytes, octets),
            Message::Digest(_) => None,
        },
        (Algorithm::Ethereum, Signature::Octets(octets)) => match message {
            Message::Bytes(bytes) => ethereum::verify(key, bytes, octets),
            Message::Digest(_) => None,
        },
        (Algorithm::RsaPkcs1(hash), Signature::Octets(octets)) => {
            rsa::pkcs1(key, hash, &prehash(hash, message)?, octets)
        }
        (Algorithm::RsaPss(hash), Signature::Octets(octets)) => {
            rsa::pss(key, hash, &prehash(hash, message)?, octets)
        }
        _ => None,
    };
    verified.ok_or(BadSignature)
}

fn prehash(hash: Hash, message: Message<'_>) -> Result<Vec<u8>, BadSignature> {
    match message {
        Message::Bytes(bytes) => Ok(hash.digest(bytes)),
        Message::Digest(digest) if digest.len() == hash.output_len() => Ok(digest.to_vec()),
        Message::Digest(_) => Err(BadSignature),
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EcdsaP256(hash) => write!(f, "ECDSA P-256 {hash}"),
            Self::EcdsaP384(hash) => write!(f, "ECDSA P-384 {hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ethereum => f.write_str("ECDSA secp256k1, message of Ethereum"),
            Self::RsaPkcs1(hash) => write!(f, "RSA PKCS#1 {hash}"),
            Self::RsaPss(hash) => write!(f, "RSA-PSS {hash}"),
        }
    }
}
