//! X.509 certificates built field by field, so that any field can be wrong (RFC 5280).

use std::time::Duration;

use silicon_to_source::time::{UnixTime, Validity};
use x509_cert::Version;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::{Certificate, TbsCertificate};
use x509_cert::der::asn1::{
    Any, BitString, GeneralizedTime, ObjectIdentifier, OctetString, SetOfVec, UtcTime,
};
use x509_cert::der::{Decode as _, Encode as _, Tag};
use x509_cert::ext::Extension;
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;

use super::AUTHORITY_VALIDITY;
use super::der::{BIT_STRING, BOOLEAN, OCTET_STRING, SEQUENCE, context, integer, oid, tlv};
use super::keys::Key;
use super::signature::{Algorithm, Hash};

/// KeyUsage digitalSignature.
pub const DIGITAL_SIGNATURE: u8 = 0x80;
/// KeyUsage keyCertSign.
pub const KEY_CERT_SIGN: u8 = 0x04;
/// KeyUsage cRLSign.
pub const CRL_SIGN: u8 = 0x02;

/// Extended key usage id-kp-serverAuth.
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
/// Extended key usage id-kp-codeSigning.
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";

/// OID of basicConstraints.
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// OID of keyUsage.
pub const KEY_USAGE: &str = "2.5.29.15";

/// A certificate that is not signed yet.
#[derive(Clone, Debug)]
pub struct Template {
    /// serialNumber, big-endian and non-negative.
    pub serial: Vec<u8>,
    /// The issuer's name.
    pub issuer: RdnSequence,
    /// The subject's name.
    pub subject: RdnSequence,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// SubjectPublicKeyInfo in DER.
    pub spki: Vec<u8>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
    /// The key that signs.
    pub signer: Key,
    /// The algorithm that signs, named by the outer signatureAlgorithm.
    pub algorithm: Algorithm,
    /// The signature field of the TBSCertificate, when it is not `algorithm`.
    pub inner_algorithm: Option<Algorithm>,
    /// Bytes after the end of the certificate.
    pub trailing: Vec<u8>,
}

/// The authority `root` (DER) again under `key`, which signs it: with the same name and for the same
/// uses, and valid for `validity`.
pub fn twin(root: &[u8], key: Key, validity: Validity) -> Vec<u8> {
    let root = Certificate::from_der(root).unwrap().tbs_certificate;
    let mut template = Template::new(root.issuer, root.subject, validity, key, key);
    template.extensions = root.extensions.unwrap_or_default();
    template.sign()
}

/// One thing that can be wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoil {
    /// The subject's common name is another one.
    CommonName(String),
    /// The issuer's common name is another one.
    IssuerName(String),
    /// basicConstraints says that this is not a certificate authority.
    NotCa,
    /// basicConstraints says that this is a certificate authority.
    IsCa,
    /// keyUsage is digitalSignature only.
    NoKeyCertSign,
    /// RSASSA-PSS with 20 bytes of salt.
    PssSaltLength20,
    /// RSASSA-PSS whose mask generation uses SHA-256.
    PssMgf1Sha256,
    /// RSASSA-PSS with SHA-256 throughout.
    PssSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Pkcs1v15,
    /// ECDSA by a P-256 key with SHA-384.
    EcdsaP256Sha384,
    /// Signed by a key of the same kind that is not the issuer's.
    WrongKey,
    /// Ended at the end of 2021; began in 2020 or before.
    Expired,
    /// Begins in 2048; ends in 2049 or later.
    NotYetValid,
    /// An extension is left out.
    MissingExtension(&'static str),
    /// An extension appears twice.
    DuplicateExtension(&'static str),
    /// A further extension, not critical, with this DER value.
    ExtraExtension(&'static str, Vec<u8>),
    /// A critical extension that nobody knows.
    UnknownCriticalExtension,
    /// The subject's key is a P-256 key.
    P256SubjectKey,
    /// The subject's key is a P-384 key.
    P384SubjectKey,
    /// The TBSCertificate names RSASSA-PKCS1-v1_5, the outer field the real algorithm.
    InnerAlgorithm,
    /// A zero byte after the certificate.
    TrailingByte,
}

impl Template {
    /// A certificate over `subject_key` by `signer`, soundly signed, without extensions.
    pub fn new(
        issuer: RdnSequence,
        subject: RdnSequence,
        validity: Validity,
        subject_key: Key,
        signer: Key,
    ) -> Self {
        Self {
            serial: vec![1],
            issuer,
            subject,
            validity,
            spki: subject_key.spki(),
            extensions: Vec::new(),
            signer,
            algorithm: signer.algorithm(),
            inner_algorithm: None,
            trailing: Vec::new(),
        }
    }

    /// Makes one thing wrong.
    pub fn spoil(&mut self, spoil: &Spoil) {
        match spoil {
            Spoil::CommonName(text) => set_common_name(&mut self.subject, text),
            Spoil::IssuerName(text) => set_common_name(&mut self.issuer, text),
            Spoil::NotCa => self.replace(basic_constraints(None)),
            Spoil::IsCa => self.replace(basic_constraints(Some(PathLength::Any))),
            Spoil::NoKeyCertSign => self.replace(key_usage(DIGITAL_SIGNATURE)),
            Spoil::PssSaltLength20 => self.algorithm = pss(Hash::Sha384, Hash::Sha384, 20),
            Spoil::PssMgf1Sha256 => self.algorithm = pss(Hash::Sha384, Hash::Sha256, 48),
            Spoil::PssSha256 => self.algorithm = pss(Hash::Sha256, Hash::Sha256, 32),
            Spoil::Pkcs1v15 => self.algorithm = Algorithm::Pkcs1v15Sha384,
            Spoil::EcdsaP256Sha384 => self.algorithm = Algorithm::EcdsaP256Sha384,
            Spoil::WrongKey => self.signer = self.signer.stranger(),
            Spoil::Expired => {
                let not_before = self.validity.not_before.min(AUTHORITY_VALIDITY.not_before);
                self.validity = Validity { not_before, not_after: UnixTime(1_640_995_199) };
            }
            Spoil::NotYetValid => {
                let not_after = self.validity.not_after.max(AUTHORITY_VALIDITY.not_after);
                self.validity = Validity { not_before: UnixTime(2_461_449_600), not_after };
            }
            Spoil::MissingExtension(id) => self.extensions.retain(|e| e.extn_id != identifier(id)),
            Spoil::DuplicateExtension(id) => {
                let twin = self.find(id).clone();
                self.extensions.push(twin);
            }
            Spoil::ExtraExtension(id, value) => self.extensions.push(extension(id, false, value)),
            Spoil::UnknownCriticalExtension => {
                self.extensions.push(extension("2.25.1", true, &[5, 0]));
            }
            Spoil::P256SubjectKey => self.spki = Key::StrangerP256.spki(),
            Spoil::P384SubjectKey => self.spki = Key::StrangerP384.spki(),
            Spoil::InnerAlgorithm => self.inner_algorithm = Some(Algorithm::Pkcs1v15Sha384),
            Spoil::TrailingByte => self.trailing.push(0),
        }
    }

    /// The extension `id`.
    ///
    /// # Panics
    /// When there is none.
    pub fn find(&self, id: &str) -> &Extension {
        self.extensions.iter().find(|e| e.extn_id == identifier(id)).unwrap()
    }

    /// Puts `extension` in the place of the one with the same OID, or at the end.
    pub fn replace(&mut self, extension: Extension) {
        match self.extensions.iter_mut().find(|e| e.extn_id == extension.extn_id) {
            Some(place) => *place = extension,
            None => self.extensions.push(extension),
        }
    }

    /// The TBSCertificate in DER.
    pub fn tbs(&self) -> Vec<u8> {
        self.tbs_certificate().to_der().unwrap()
    }

    /// The signed certificate in DER, followed by the trailing bytes.
    pub fn sign(&self) -> Vec<u8> {
        let tbs_certificate = self.tbs_certificate();
        let signature = self.signer.sign(self.algorithm, &tbs_certificate.to_der().unwrap());
        let certificate = Certificate {
            tbs_certificate,
            signature_algorithm: self.algorithm.identifier(),
            signature: BitString::from_bytes(&signature).unwrap(),
        };
        [certificate.to_der().unwrap(), self.trailing.clone()].concat()
    }

    fn tbs_certificate(&self) -> TbsCertificate {
        TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&self.serial).unwrap(),
            signature: self.inner_algorithm.unwrap_or(self.algorithm).identifier(),
            issuer: self.issuer.clone(),
            validity: x509_cert::time::Validity {
                not_before: time(self.validity.not_before),
                not_after: time(self.validity.not_after),
            },
            subject: self.subject.clone(),
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&self.spki).unwrap(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: (!self.extensions.is_empty()).then(|| self.extensions.clone()),
        }
    }
}

/// A distinguished name that says SIMULATED everywhere but in its common name.
pub fn simulated_name(common_name: &str) -> RdnSequence {
    RdnSequence(vec![
        attribute("2.5.4.11", Tag::Utf8String, "SIMULATED"),
        attribute("2.5.4.6", Tag::PrintableString, "XX"),
        attribute("2.5.4.7", Tag::Utf8String, "SIMULATED"),
        attribute("2.5.4.8", Tag::Utf8String, "SIMULATED"),
        attribute("2.5.4.10", Tag::Utf8String, "SIMULATED"),
        attribute(COMMON_NAME, Tag::Utf8String, common_name),
    ])
}

const COMMON_NAME: &str = "2.5.4.3";

fn set_common_name(name: &mut RdnSequence, text: &str) {
    name.0.pop();
    name.0.push(attribute(COMMON_NAME, Tag::Utf8String, text));
}

fn attribute(id: &str, tag: Tag, text: &str) -> RelativeDistinguishedName {
    let value = Any::new(tag, text.as_bytes()).unwrap();
    let attribute = AttributeTypeAndValue { oid: identifier(id), value };
    RelativeDistinguishedName(SetOfVec::try_from(vec![attribute]).unwrap())
}

/// An extension; `value` is the DER inside the OCTET STRING.
pub fn extension(id: &str, critical: bool, value: &[u8]) -> Extension {
    Extension { extn_id: identifier(id), critical, extn_value: OctetString::new(value).unwrap() }
}

/// basicConstraints, critical: an authority with this path length, or not an authority.
pub fn basic_constraints(authority: Option<PathLength>) -> Extension {
    let authority = authority.map(|length| match length {
        PathLength::Any => tlv(BOOLEAN, &[&[0xff]]),
        PathLength::AtMost(length) => [tlv(BOOLEAN, &[&[0xff]]), integer(&[length])].concat(),
    });
    extension(BASIC_CONSTRAINTS, true, &tlv(SEQUENCE, &[&authority.unwrap_or_default()]))
}

/// How many further authorities may follow in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathLength {
    /// Any number.
    Any,
    /// At most this many.
    AtMost(u8),
}

/// keyUsage, critical, from the first eight bits of the BIT STRING.
pub fn key_usage(bits: u8) -> Extension {
    let unused = bits.trailing_zeros() as u8;
    extension(KEY_USAGE, true, &tlv(BIT_STRING, &[&[unused, bits]]))
}

/// extendedKeyUsage, not critical.
pub fn extended_key_usage(purposes: &[&str]) -> Extension {
    let purposes: Vec<u8> = purposes.iter().flat_map(|id| oid(identifier(id))).collect();
    extension("2.5.29.37", false, &tlv(SEQUENCE, &[&purposes]))
}

/// subjectKeyIdentifier of `key`.
pub fn subject_key_identifier(key: Key) -> Extension {
    extension("2.5.29.14", false, &tlv(OCTET_STRING, &[&key.identifier()]))
}

/// authorityKeyIdentifier of `key`.
pub fn authority_key_identifier(key: Key) -> Extension {
    extension("2.5.29.35", false, &tlv(SEQUENCE, &[&tlv(0x80, &[&key.identifier()])]))
}

/// cRLDistributionPoints with one URI.
pub fn crl_distribution_point(uri: &str) -> Extension {
    let name = tlv(context(0), &[&tlv(context(0), &[&tlv(0x86, &[uri.as_bytes()])])]);
    extension("2.5.29.31", false, &tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&name])]))
}

/// subjectAltName with these names.
pub fn subject_alt_name(names: &[AltName], critical: bool) -> Extension {
    let names: Vec<u8> = names
        .iter()
        .flat_map(|name| match name {
            AltName::Email(text) => tlv(0x81, &[text.as_bytes()]),
            AltName::Dns(text) => tlv(0x82, &[text.as_bytes()]),
            AltName::Uri(text) => tlv(0x86, &[text.as_bytes()]),
        })
        .collect();
    extension("2.5.29.17", critical, &tlv(SEQUENCE, &[&names]))
}

/// A name in subjectAltName.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AltName {
    /// rfc822Name.
    Email(String),
    /// dNSName.
    Dns(String),
    /// uniformResourceIdentifier.
    Uri(String),
}

/// UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5).
pub(super) fn time(time: UnixTime) -> Time {
    let since_1970 = Duration::from_secs(u64::try_from(time.0).unwrap());
    match UtcTime::from_unix_duration(since_1970) {
        Ok(time) => Time::UtcTime(time),
        Err(_) => Time::GeneralTime(GeneralizedTime::from_unix_duration(since_1970).unwrap()),
    }
}

fn pss(hash: Hash, mgf1: Hash, salt: u8) -> Algorithm {
    Algorithm::Pss { hash, mgf1, salt }
}

fn identifier(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}
