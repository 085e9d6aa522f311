//! Public keys on their own.

use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::cert::{KeyKind, kind_of, rsa_public_key};
use crate::digest::Sha256;
use crate::error::Error;
use crate::span::Span;
use crate::wire::der;

/// A public key without a certificate: nothing says whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
    bits: Vec<u8>,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 section 4.1), DER.
    ///
    /// # Errors
    /// When it is not one, or something follows it.
    pub(crate) fn from_spki(what: &'static str, der: &[u8]) -> Result<Self, Error> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], parsed)) => Ok(Self {
                spki: der.to_vec(),
                kind: kind_of(&parsed),
                bits: parsed.subject_public_key.data.to_vec(),
            }),
            _ => Err(Error::malformed(what, Span::new(0, der.len()), "it is no public key")),
        }
    }

    /// An RSA key from its two numbers, big-endian.
    pub fn rsa(what: &'static str, modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        // RFC 8017 appendix A.1: rsaEncryption with NULL parameters.
        const ALGORITHM: &[u8] =
            &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
        Self::of(what, ALGORITHM, &rsa_public_key(modulus, exponent)?)
    }

    /// A P-384 key from its coordinates, 48 bytes each, big-endian.
    pub fn p384(what: &'static str, x: &[u8], y: &[u8]) -> Option<Self> {
        // RFC 5480 section 2.1.1: id-ecPublicKey with secp384r1.
        const ALGORITHM: &[u8] =
            &[0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x22];
        const COORDINATE: usize = 48;
        let fits = x.len() == COORDINATE && y.len() == COORDINATE;
        fits.then(|| Self::of(what, ALGORITHM, &[&[4], x, y].concat())).flatten()
    }

    fn of(what: &'static str, algorithm: &[u8], bits: &[u8]) -> Option<Self> {
        let bits = der::encode(der::BIT_STRING, &[&[0], bits].concat())?;
        Self::from_spki(what, &der::encode(der::SEQUENCE, &[algorithm, &bits].concat())?).ok()
    }

    /// Its kind.
    pub const fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// The content of subjectPublicKey.
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.spki)
    }
}
