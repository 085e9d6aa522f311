//! Signature algorithms as certificates and revocation lists name them.

use x509_parser::prelude::FromDer as _;
use x509_parser::signature_algorithm::{RsaSsaPssParams, SignatureAlgorithm as Parsed};
use x509_parser::x509::AlgorithmIdentifier;

use super::cert::KeyKind;
use crate::crypto::{Algorithm, Hash};

/// The algorithm an AlgorithmIdentifier names (RFC 5280 section 4.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ECDSA with this hash (RFC 5758).
    Ecdsa(Hash),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with this hash (RFC 4055 section 5).
    RsaPkcs1(Hash),
    /// RSASSA-PSS with these parameters (RFC 4055 section 3.1).
    RsaPss {
        /// Hash of the message.
        hash: PssHash,
        /// Hash inside MGF1.
        mask: PssHash,
        /// Salt length in bytes.
        salt: u32,
        /// Trailer field; 1 is the only one in use.
        trailer: u32,
    },
    /// Anything else: the object identifier.
    Other(String),
}

/// A hash named in RSASSA-PSS parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PssHash {
    /// One that this verifier computes.
    Known(Hash),
    /// Any other: the object identifier, or a word for a missing one.
    Other(String),
}

impl SignatureAlgorithm {
    /// The algorithm that an AlgorithmIdentifier in DER names; `None` when it is none.
    pub(super) fn of_der(der: &[u8]) -> Option<Self> {
        let (rest, identifier) = AlgorithmIdentifier::from_der(der).ok()?;
        rest.is_empty().then(|| Self::from_identifier(&identifier))
    }

    pub(super) fn from_identifier(identifier: &AlgorithmIdentifier<'_>) -> Self {
        let oid = identifier.algorithm.to_id_string();
        match oid.as_str() {
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Hash::Sha512),
            "1.3.101.112" => Self::Ed25519,
            _ => match Parsed::try_from(identifier) {
                Ok(Parsed::RSASSA_PSS(parameters)) => Self::from_pss(&parameters),
                _ => Self::Other(oid),
            },
        }
    }

    fn from_pss(parameters: &RsaSsaPssParams<'_>) -> Self {
        let mask = match parameters.mask_gen_algorithm() {
            Ok(mask) if mask.mgf.to_id_string() == "1.2.840.113549.1.1.8" => {
                PssHash::from_oid(&mask.hash.to_id_string())
            }
            _ => PssHash::Other("not MGF1".into()),
        };
        Self::RsaPss {
            hash: PssHash::from_oid(&parameters.hash_algorithm_oid().to_id_string()),
            mask,
            salt: parameters.salt_length(),
            trailer: parameters.trailer_field(),
        }
    }

    /// The algorithm for a key of `kind`, or `None` when they do not fit together.
    ///
    /// RSASSA-PSS fits only with one hash throughout, a salt as long as it and trailer 1.
    pub(super) fn with_key(&self, kind: &KeyKind) -> Option<Algorithm> {
        match (self, kind) {
            (Self::Ecdsa(hash), KeyKind::P256) => Some(Algorithm::EcdsaP256(*hash)),
            (Self::Ecdsa(hash), KeyKind::P384) => Some(Algorithm::EcdsaP384(*hash)),
            (Self::Ed25519, KeyKind::Ed25519) => Some(Algorithm::Ed25519),
            (Self::RsaPkcs1(hash), KeyKind::Rsa(_)) => Some(Algorithm::RsaPkcs1(*hash)),
            (
                Self::RsaPss { hash: PssHash::Known(hash), mask, salt, trailer: 1 },
                KeyKind::Rsa(_),
            ) if *mask == PssHash::Known(*hash)
                && usize::try_from(*salt).is_ok_and(|salt| salt == hash.output_len()) =>
            {
                Some(Algorithm::RsaPss(*hash))
            }
            _ => None,
        }
    }
}

impl PssHash {
    fn from_oid(oid: &str) -> Self {
        match oid {
            "2.16.840.1.101.3.4.2.1" => Self::Known(Hash::Sha256),
            "2.16.840.1.101.3.4.2.2" => Self::Known(Hash::Sha384),
            "2.16.840.1.101.3.4.2.3" => Self::Known(Hash::Sha512),
            other => Self::Other(other.to_owned()),
        }
    }
}

impl std::fmt::Display for PssHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(hash) => hash.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ecdsa(hash) => write!(f, "ECDSA with {hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::RsaPkcs1(hash) => write!(f, "RSASSA-PKCS1-v1_5 with {hash}"),
            Self::RsaPss { hash, mask, salt, trailer } => {
                write!(f, "RSASSA-PSS with {hash}, MGF1 {mask}, salt {salt}, trailer {trailer}")
            }
            Self::Other(oid) => f.write_str(oid),
        }
    }
}
