//! The signature algorithms of the simulated PKI, sound and unsound.
//!
//! A signature made here always holds under the algorithm that it names. A verifier that refuses
//! one of the unsound ones therefore does so because of the algorithm, not because of the bytes.

use rsa::BoxedUint;
use rsa::rand_core::CryptoRng;
use rsa::traits::PublicKeyParts as _;
use sha2::Digest as _;
use x509_cert::der::asn1::{Any, ObjectIdentifier};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::der::{self, SEQUENCE, context, tlv};

/// A hash algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

impl Hash {
    /// The digest of `message`.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha2::Sha256::digest(message).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(message).to_vec(),
        }
    }

    /// AlgorithmIdentifier with NULL parameters.
    pub(super) fn identifier(self) -> Vec<u8> {
        let oid = match self {
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
        };
        tlv(SEQUENCE, &[&der::oid(ObjectIdentifier::new_unwrap(oid)), &[5, 0]])
    }
}

/// A signature algorithm with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PSS (RFC 8017 section 8.1).
    Pss {
        /// Hash of the message.
        hash: Hash,
        /// Hash inside MGF1.
        mgf1: Hash,
        /// Salt length in bytes.
        salt: u8,
    },
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2).
    Pkcs1v15Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 8017 section 8.2).
    Pkcs1v15Sha384,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-256 with SHA-384, whose digest is longer than the curve's order.
    EcdsaP256Sha384,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// Ed25519.
    Ed25519,
}

/// What AMD signs certificates and CRLs with: RSASSA-PSS, SHA-384 throughout, 48 bytes of salt
/// (AMD 57230 section 1.4).
pub const AMD: Algorithm = Algorithm::Pss { hash: Hash::Sha384, mgf1: Hash::Sha384, salt: 48 };

impl Algorithm {
    /// The AlgorithmIdentifier that names this algorithm.
    pub fn identifier(self) -> AlgorithmIdentifierOwned {
        let (oid, parameters) = match self {
            Self::Pss { hash, mgf1, salt } => {
                let mgf1_oid = der::oid(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8"));
                let parameters = tlv(
                    SEQUENCE,
                    &[
                        &tlv(context(0), &[&hash.identifier()]),
                        &tlv(context(1), &[&tlv(SEQUENCE, &[&mgf1_oid, &mgf1.identifier()])]),
                        &tlv(context(2), &[&der::integer(&[salt])]),
                    ],
                );
                ("1.2.840.113549.1.1.10", Some(Any::from_der(&parameters).unwrap()))
            }
            Self::Pkcs1v15Sha256 => ("1.2.840.113549.1.1.11", Some(Any::null())),
            Self::Pkcs1v15Sha384 => ("1.2.840.113549.1.1.12", Some(Any::null())),
            Self::EcdsaP256Sha256 => ("1.2.840.10045.4.3.2", None),
            Self::EcdsaP256Sha384 | Self::EcdsaP384Sha384 => ("1.2.840.10045.4.3.3", None),
            Self::Ed25519 => ("1.3.101.112", None),
        };
        AlgorithmIdentifierOwned { oid: ObjectIdentifier::new_unwrap(oid), parameters }
    }

    /// The AlgorithmIdentifier in DER.
    pub fn identifier_der(self) -> Vec<u8> {
        self.identifier().to_der().unwrap()
    }
}

/// Signs with RSA.
pub(super) fn rsa(key: &rsa::RsaPrivateKey, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let encoded = match algorithm {
        Algorithm::Pss { hash, mgf1, salt } => emsa_pss(key.size(), hash, mgf1, salt, message),
        Algorithm::Pkcs1v15Sha256 => emsa_pkcs1_v1_5(key.size(), Hash::Sha256, message),
        Algorithm::Pkcs1v15Sha384 => emsa_pkcs1_v1_5(key.size(), Hash::Sha384, message),
        Algorithm::EcdsaP256Sha256
        | Algorithm::EcdsaP256Sha384
        | Algorithm::EcdsaP384Sha384
        | Algorithm::Ed25519 => {
            panic!("an RSA key signs with RSA")
        }
    };
    let representative = BoxedUint::from_be_slice(&encoded, key.n_bits_precision()).unwrap();
    let no_blinding: Option<&mut dyn CryptoRng> = None;
    let signature = rsa::hazmat::rsa_decrypt(no_blinding, key, &representative).unwrap();
    let bytes = signature.to_be_bytes();
    bytes[bytes.len() - key.size()..].to_vec()
}

/// EMSA-PSS-ENCODE (RFC 8017 section 9.1.1) for a modulus of `8 * len` bits. The salt is the
/// start of SHA-384 over "SIMULATED salt": fixed, so that signatures are reproducible.
fn emsa_pss(len: usize, hash: Hash, mgf1: Hash, salt_len: u8, message: &[u8]) -> Vec<u8> {
    let salt = &Hash::Sha384.digest(b"SIMULATED salt")[..usize::from(salt_len)];
    let digest = hash.digest(&[&[0; 8], &*hash.digest(message), salt].concat());
    let mut block = vec![0; len - digest.len() - salt.len() - 2];
    block.push(1);
    block.extend_from_slice(salt);
    let mask =
        (0_u32..).flat_map(|counter| mgf1.digest(&[&*digest, &counter.to_be_bytes()].concat()));
    block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    block[0] &= 0x7f;
    [&*block, &*digest, &[0xbc]].concat()
}

/// EMSA-PKCS1-v1_5-ENCODE (RFC 8017 section 9.2).
fn emsa_pkcs1_v1_5(len: usize, hash: Hash, message: &[u8]) -> Vec<u8> {
    let digest = tlv(der::OCTET_STRING, &[&hash.digest(message)]);
    let info = tlv(SEQUENCE, &[&hash.identifier(), &digest]);
    [&[0, 1], &*vec![0xff; len - info.len() - 3], &[0], &*info].concat()
}
