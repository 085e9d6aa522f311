//! A parsed certificate. Nothing is believed about it: parsing shows only that the bytes are one
//! DER certificate (RFC 5280 section 4.1) with nothing after it.

use std::sync::Arc;

use x509_parser::x509::SubjectPublicKeyInfo;

use super::fields::{Fields, Name, Place, place};
use super::name;
use super::signed::SignatureAlgorithm;
use crate::crypto::{self, Algorithm, BadSignature, Message, Signature};
use crate::digest::Sha256;
use crate::error::Error;
use crate::span::Span;
use crate::time::Validity;
use crate::wire::der;

/// The largest certificate that is parsed, in bytes.
const MAX_CERT: usize = 64 * 1024;

/// A parsed certificate that borrows its bytes.
#[derive(Clone, Debug)]
pub struct Cert<'a> {
    der: &'a [u8],
    fields: Arc<Fields>,
}

/// The kind of a subject public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// RSA with a modulus of this many bits.
    Rsa(usize),
    /// Anything else: the algorithm's object identifier.
    Other(String),
}

/// A certificate extension.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'a> {
    /// Whether it is critical.
    pub critical: bool,
    /// The content of its OCTET STRING.
    pub value: &'a [u8],
}

impl<'a> Cert<'a> {
    /// Parses one DER certificate.
    ///
    /// # Errors
    /// When the bytes are anything else, when bytes follow, when an extension appears twice, or
    /// when the certificate names two different signature algorithms (RFC 5280 section 4.1.1.2).
    pub fn parse(what: &'static str, der: &'a [u8]) -> Result<Self, Error> {
        Error::cap(what, der.len(), MAX_CERT)?;
        Ok(Self { der, fields: Fields::of(what, der)? })
    }

    fn part(&self, place: &Place) -> &'a [u8] {
        self.der.get(place.clone()).unwrap_or_default()
    }

    /// The certificate's bytes.
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// SHA-256 of the certificate's bytes.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.der)
    }

    /// Where `part`, a slice of this certificate, lies in it.
    pub fn span_of(&self, part: &[u8]) -> Option<Span> {
        place(self.der, part).map(|place| Span::new(place.start, part.len()))
    }

    /// The signed bytes: the TBSCertificate.
    pub fn tbs(&self) -> &[u8] {
        self.part(&self.fields.tbs)
    }

    /// The signature algorithm.
    pub fn algorithm(&self) -> &SignatureAlgorithm {
        &self.fields.algorithm
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        self.part(&self.fields.signature)
    }

    /// The subject's common name, when there is exactly one and it is text.
    pub fn common_name(&self) -> Option<&str> {
        self.fields.subject.common.as_deref()
    }

    /// The issuer's common name, when there is exactly one and it is text.
    pub fn issuer_common_name(&self) -> Option<&str> {
        self.fields.issuer.common.as_deref()
    }

    /// The subject as text, for showing.
    pub fn subject(&self) -> String {
        self.name(&self.fields.subject)
    }

    /// The issuer as text, for showing.
    pub fn issuer(&self) -> String {
        self.name(&self.fields.issuer)
    }

    fn name(&self, name: &Name) -> String {
        name.text.get_or_init(|| name::name(self.part(&name.der)).unwrap_or_default()).clone()
    }

    /// Whether this certificate's issuer is `issuer`'s subject, byte for byte.
    pub fn names_issuer(&self, issuer: &Cert<'_>) -> bool {
        self.issuer_der() == issuer.subject_der()
    }

    /// The issuer's name, DER, for comparing.
    pub(crate) fn issuer_der(&self) -> &[u8] {
        self.part(&self.fields.issuer.der)
    }

    /// The subject's DER, for comparing.
    pub(super) fn subject_der(&self) -> &[u8] {
        self.part(&self.fields.subject.der)
    }

    /// The serial number, big-endian as encoded.
    pub fn serial(&self) -> &'a [u8] {
        self.part(&self.fields.serial)
    }

    /// Both ends of the validity.
    pub fn validity(&self) -> Validity {
        self.fields.validity
    }

    /// The subject public key info, DER.
    pub fn spki(&self) -> &'a [u8] {
        self.part(&self.fields.spki)
    }

    /// The content of the subject public key bit string.
    pub fn public_key(&self) -> &[u8] {
        self.part(&self.fields.public_key)
    }

    /// The kind of the subject public key.
    pub(crate) fn key_kind(&self) -> KeyKind {
        self.fields.key_kind.clone()
    }

    /// The extension `oid` (dotted), when it is there.
    pub fn extension(&self, oid: &str) -> Option<Extension<'a>> {
        let listed = self.fields.extensions.iter().find(|extension| extension.oid == oid)?;
        Some(Extension { critical: listed.critical, value: self.part(&listed.value) })
    }

    /// The content of the OCTET STRING in the extension `oid` (dotted), when it is there and holds
    /// one and nothing else.
    pub fn octets(&self, oid: &str) -> Option<&'a [u8]> {
        der::only(self.extension(oid)?.value)?.content_of(der::OCTET_STRING)
    }

    /// The extensions' object identifiers, dotted, in order.
    pub(crate) fn extension_oids(&self) -> impl Iterator<Item = String> {
        self.fields.extensions.iter().map(|extension| extension.oid.clone())
    }

    /// Critical extensions other than basicConstraints, keyUsage, extKeyUsage and
    /// subjectAltName: a verifier must not go on over one it does not know (RFC 5280 section 4.2).
    /// Constraints on names and policies count as critical also where a certificate does not mark
    /// them so: it has to (sections 4.2.1.10, 4.2.1.11 and 4.2.1.14).
    pub(crate) fn unknown_demands(&self) -> Vec<String> {
        const KNOWN: [&str; 4] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"];
        const CONSTRAINTS: [&str; 3] = ["2.5.29.30", "2.5.29.36", "2.5.29.54"];
        let listed = self.fields.extensions.iter();
        let demands = listed
            .filter(|own| own.critical || CONSTRAINTS.contains(&own.oid.as_str()))
            .filter(|own| !KNOWN.contains(&own.oid.as_str()));
        demands.map(|own| own.oid.clone()).collect()
    }

    /// Whether basicConstraints says that this is a certification authority.
    pub fn is_ca(&self) -> bool {
        self.fields.constraints.is_some_and(|(is_ca, _)| is_ca)
    }

    /// How many authorities basicConstraints allows below this one (RFC 5280 section 4.2.1.9);
    /// `None` when it sets no limit.
    pub fn path_length(&self) -> Option<u32> {
        self.fields.constraints.and_then(|(_, most)| most)
    }

    /// Whether keyUsage allows signing certificates.
    pub(crate) fn may_sign_certificates(&self) -> bool {
        self.fields.signs_certificates
    }

    /// Whether keyUsage allows signing anything else than certificates and lists.
    pub(crate) fn may_sign_documents(&self) -> bool {
        self.fields.signs_documents
    }

    /// The DNS names among the subject's alternative names; none when the extension is malformed.
    pub fn dns_names(&self) -> Vec<String> {
        self.fields.dns_names.clone()
    }

    /// Whether extKeyUsage lists `oid` (dotted).
    pub(crate) fn has_extended_key_usage(&self, oid: &str) -> bool {
        self.fields.purposes.iter().any(|purpose| purpose == oid)
    }

    /// Verifies that `issuer`'s key signed this certificate, with this certificate's algorithm.
    ///
    /// Shows the signature only: names, roles and dates are the caller's to check.
    ///
    /// # Errors
    /// When it does not verify, or the algorithm does not fit the key.
    pub fn verify_signed_by(&self, issuer: &Cert<'_>) -> Result<(), BadSignature> {
        verify_signed(self.tbs(), self.algorithm(), self.signature(), issuer)
    }
}

/// Whether a signed structure names the same signature algorithm inside and outside of what is
/// signed, byte for byte (RFC 5280 sections 4.1.1.2 and 5.1.1.2). Only the inner one is signed.
pub(super) fn names_one_algorithm(der: &[u8], tbs: &[u8]) -> bool {
    let outer = || {
        let start = tbs.as_ptr().addr().checked_sub(der.as_ptr().addr())?.checked_add(tbs.len())?;
        der::first(der.get(start..)?).map(|(algorithm, _)| algorithm.whole)
    };
    matches!((inner_algorithm(tbs), outer()), (Some(inner), Some(outer)) if inner == outer)
}

/// Whether everything around the signed part is in its one DER encoding. Nothing signs those
/// bytes, and the parser takes some of them more than one way.
pub(super) fn is_der(der: &[u8], tbs: &[u8], signature: &[u8]) -> bool {
    let signature = [&[0], signature].concat();
    let encoded = || {
        let content =
            [tbs, inner_algorithm(tbs)?, &der::encode(der::BIT_STRING, &signature)?].concat();
        der::encode(der::SEQUENCE, &content)
    };
    encoded().is_some_and(|encoded| encoded == der)
}

/// The signature algorithm inside the signed part, which begins with an optional version and (a
/// certificate) the serial number.
fn inner_algorithm(tbs: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0xa0;
    let mut rest = der::only(tbs)?.content;
    loop {
        let (found, after) = der::first(rest)?;
        match found.tag {
            VERSION | der::INTEGER => rest = after,
            _ => return Some(found.whole),
        }
    }
}

/// The kind of a public key.
pub(super) fn kind_of(spki: &SubjectPublicKeyInfo<'_>) -> KeyKind {
    let parameters =
        || spki.algorithm.parameters.as_ref()?.as_oid().ok().map(|oid| oid.to_id_string());
    match spki.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.10045.2.1" => match parameters().as_deref() {
            Some("1.2.840.10045.3.1.7") => KeyKind::P256,
            Some("1.3.132.0.34") => KeyKind::P384,
            other => KeyKind::Other(other.unwrap_or("elliptic curve").to_owned()),
        },
        "1.2.840.113549.1.1.1" => match spki.parsed() {
            Ok(x509_parser::public_key::PublicKey::RSA(key)) => KeyKind::Rsa(key.key_size()),
            _ => KeyKind::Other("RSA".into()),
        },
        "1.3.101.112" => KeyKind::Ed25519,
        other => KeyKind::Other(other.to_owned()),
    }
}

/// An RSA public key in DER (RFC 8017 appendix A.1.1) from its two numbers, big-endian; leading
/// zeros are dropped. `None` when a number is nothing or zero.
pub fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    der::encode(der::SEQUENCE, &[unsigned(modulus)?, unsigned(exponent)?].concat())
}

/// A positive INTEGER in DER.
fn unsigned(number: &[u8]) -> Option<Vec<u8>> {
    let start = number.iter().position(|&byte| byte != 0)?;
    let digits = number.get(start..)?;
    let sign: &[u8] = if digits.first().is_some_and(|&byte| byte >= 0x80) { &[0] } else { &[] };
    der::encode(der::INTEGER, &[sign, digits].concat())
}

/// Verifies `signature` over `signed` with the subject key of `issuer`.
pub(super) fn verify_signed(
    signed: &[u8],
    algorithm: &SignatureAlgorithm,
    signature: &[u8],
    issuer: &Cert<'_>,
) -> Result<(), BadSignature> {
    let algorithm = algorithm.with_key(&issuer.key_kind()).ok_or(BadSignature)?;
    let signature = match algorithm {
        Algorithm::EcdsaP256(_) | Algorithm::EcdsaP384(_) => Signature::Asn1(signature),
        Algorithm::Ed25519
        | Algorithm::Ethereum
        | Algorithm::RsaPkcs1(_)
        | Algorithm::RsaPss(_) => Signature::Octets(signature),
    };
    crypto::verify(algorithm, issuer.public_key(), Message::Bytes(signed), signature)
}

pub(super) fn only_text<'n>(
    mut names: impl Iterator<Item = &'n x509_parser::x509::AttributeTypeAndValue<'n>>,
) -> Option<&'n str> {
    let first = names.next()?.as_str().ok()?;
    names.next().is_none().then_some(first)
}
