//! A parsed OCSP response (RFC 6960). Nothing is believed about it.

use super::cert::{Cert, verify_signed};
use super::signed::SignatureAlgorithm;
use crate::crypto::Hash;
use crate::error::Error;
use crate::span::Span;
use crate::time::{Standing, UnixTime};
use crate::wire::der::{self, Element};

/// The largest response that is parsed, in bytes.
const MAX_RESPONSE: usize = 64 * 1024;

/// The most answers in a response, and the most certificates beside its signature.
const MAX_ANSWERS: usize = 16;

/// id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1.
const BASIC: [u8; 9] = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];

/// id-kp-OCSPSigning.
const SIGNS_ANSWERS: &str = "1.3.6.1.5.5.7.3.9";

/// Tag of GeneralizedTime.
const GENERALIZED_TIME: u8 = 0x18;

/// A response that borrows its bytes.
#[derive(Clone, Debug)]
pub struct Ocsp<'a> {
    der: &'a [u8],
    signed: &'a [u8],
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    certificates: Vec<&'a [u8]>,
    answers: Vec<Answer<'a>>,
    /// Whether it demands something that this reader does not know.
    has_demands: bool,
}

/// What a response says of one certificate.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The hash of the two members below; `None` for one that this verifier does not compute.
    hash: Option<Hash>,
    issuer_name: &'a [u8],
    issuer_key: &'a [u8],
    serial: &'a [u8],
    /// Its state.
    pub status: Status,
    /// When that was known to be so.
    pub this_update: UnixTime,
    /// When a newer answer is due, where the answer says so.
    pub next_update: Option<UnixTime>,
}

/// What an issuer says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was not revoked.
    Good,
    /// It was revoked.
    Revoked,
    /// Whoever answers does not know it.
    Unknown,
}

impl<'a> Ocsp<'a> {
    /// Whether `bytes` begin as a successful response does.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        content(bytes).is_some()
    }

    /// Parses one DER response.
    ///
    /// # Errors
    /// When the bytes are anything else than one successful basic response in DER with at most 16
    /// answers.
    pub fn parse(what: &'static str, der: &'a [u8]) -> Result<Self, Error> {
        Error::cap(what, der.len(), MAX_RESPONSE)?;
        let malformed =
            || Error::malformed(what, Span::new(0, der.len()), "not a basic OCSP response in DER");
        let basic = content(der).and_then(|content| der::only(content)?.content_of(der::SEQUENCE));
        basic.and_then(|basic| Self::of_basic(der, basic)).ok_or_else(malformed)
    }

    /// BasicOCSPResponse.
    fn of_basic(der: &'a [u8], basic: &'a [u8]) -> Option<Self> {
        const CERTIFICATES: u8 = 0xa0;
        let members = der::all(basic)?;
        let (data, algorithm, signature, rest) = match members.as_slice() {
            [data, algorithm, signature, rest @ ..] => (data, algorithm, signature, rest),
            _ => return None,
        };
        let certificates = match rest {
            [] => Vec::new(),
            [listed] => der::only(listed.content_of(CERTIFICATES)?)?.elements()?,
            _ => return None,
        };
        let (answers, has_demands) = answers(data.content_of(der::SEQUENCE)?)?;
        let signature = match signature.content_of(der::BIT_STRING)?.split_first()? {
            (0, signature) => signature,
            _ => return None,
        };
        let certificates: Vec<&[u8]> = certificates.iter().map(|own| own.whole).collect();
        (answers.len() <= MAX_ANSWERS && certificates.len() <= MAX_ANSWERS).then_some(Self {
            der,
            signed: data.whole,
            algorithm: SignatureAlgorithm::of_der(algorithm.whole)?,
            signature,
            certificates,
            answers,
            has_demands,
        })
    }

    /// The response's bytes.
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// What it says of `cert`, which `issuer` issued: the name, the key and the number have to fit.
    pub fn about(&self, cert: &Cert<'_>, issuer: &Cert<'_>) -> Option<&Answer<'a>> {
        self.answers.iter().find(|answer| {
            answer.hash.is_some_and(|hash| {
                answer.serial == cert.serial()
                    && answer.issuer_name == hash.digest(cert.issuer_der())
                    && answer.issuer_key == hash.digest(issuer.public_key())
            })
        })
    }

    /// Why the response is not the word of `issuer`: neither its own key signed, nor that of a
    /// certificate which it issued for signing such answers (RFC 6960 section 4.2.2.2).
    pub fn unsigned(&self, issuer: &Cert<'_>, now: UnixTime) -> Option<&'static str> {
        let is_signed_by = |cert: &Cert<'_>| {
            verify_signed(self.signed, &self.algorithm, self.signature, cert).is_ok()
        };
        if self.has_demands {
            return Some("unknown-extension");
        }
        if is_signed_by(issuer) {
            return None;
        }
        let certs = self.certificates.iter().filter_map(|der| Cert::parse("OCSP signer", der).ok());
        let mut why = "bad-signature";
        for cert in certs.filter(is_signed_by) {
            let is_entitled = cert.names_issuer(issuer)
                && cert.has_extended_key_usage(SIGNS_ANSWERS)
                && cert.unknown_demands().is_empty()
                && cert.validity().standing(now) == Standing::Within
                && cert.verify_signed_by(issuer).is_ok();
            if is_entitled {
                return None;
            }
            why = "not-a-responder";
        }
        Some(why)
    }
}

/// The basic response in an OCSPResponse: `SEQUENCE { ENUMERATED 0, [0] { SEQUENCE { OID, OCTET
/// STRING } } }`.
fn content(bytes: &[u8]) -> Option<&[u8]> {
    const BYTES: u8 = 0xa0;
    let response = der::all(der::only(bytes)?.content_of(der::SEQUENCE)?)?;
    let [status, inner] = response.as_slice() else { return None };
    if status.content_of(der::ENUMERATED)? != [0] {
        return None;
    }
    let inner = der::all(der::only(inner.content_of(BYTES)?)?.content_of(der::SEQUENCE)?)?;
    let [kind, content] = inner.as_slice() else { return None };
    let is_basic = kind.content_of(der::OBJECT_IDENTIFIER)? == BASIC;
    content.content_of(der::OCTET_STRING).filter(|_| is_basic)
}

/// ResponseData, and whether anything in it is critical. Who answers is not read: the signature says
/// who did.
fn answers(data: &[u8]) -> Option<(Vec<Answer<'_>>, bool)> {
    const VERSION: u8 = 0xa0;
    const BY_NAME: u8 = 0xa1;
    const BY_KEY: u8 = 0xa2;
    let mut members = der::all(data)?;
    if members.first()?.tag == VERSION {
        return None;
    }
    let rest = members.split_off(3.min(members.len()));
    let [responder, produced, listed] = members.as_slice() else { return None };
    if !matches!(responder.tag, BY_NAME | BY_KEY) {
        return None;
    }
    time(produced)?;
    let mut has_demands = demands(&rest, 0xa1)?;
    let mut answers = Vec::new();
    for own in der::all(listed.content_of(der::SEQUENCE)?)? {
        let (answer, demands) = answer(own.content_of(der::SEQUENCE)?)?;
        has_demands |= demands;
        answers.push(answer);
    }
    Some((answers, has_demands))
}

/// SingleResponse.
fn answer(single: &[u8]) -> Option<(Answer<'_>, bool)> {
    const NEXT_UPDATE: u8 = 0xa0;
    let mut members = der::all(single)?;
    let mut rest = members.split_off(3.min(members.len()));
    let [id, status, this_update] = members.as_slice() else { return None };
    let id = der::all(id.content_of(der::SEQUENCE)?)?;
    let [algorithm, issuer_name, issuer_key, serial] = id.as_slice() else { return None };
    let next_update = match rest.first() {
        Some(first) if first.tag == NEXT_UPDATE => {
            let at = time(&der::only(first.content)?)?;
            rest.remove(0);
            Some(at)
        }
        _ => None,
    };
    let status = match (status.tag, status.content) {
        (0x80, []) => Status::Good,
        (0xa1, _) => Status::Revoked,
        (0x82, []) => Status::Unknown,
        _ => return None,
    };
    let answer = Answer {
        hash: hash(algorithm)?,
        issuer_name: issuer_name.content_of(der::OCTET_STRING)?,
        issuer_key: issuer_key.content_of(der::OCTET_STRING)?,
        serial: serial.content_of(der::INTEGER)?,
        status,
        this_update: time(this_update)?,
        next_update,
    };
    Some((answer, demands(&rest, 0xa1)?))
}

/// The hash that an AlgorithmIdentifier names; `Some(None)` for one that is not computed here.
fn hash(algorithm: &Element<'_>) -> Option<Option<Hash>> {
    const NIST: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let members = der::all(algorithm.content_of(der::SEQUENCE)?)?;
    let oid = members.first()?.content_of(der::OBJECT_IDENTIFIER)?;
    Some(match oid.strip_prefix(&NIST) {
        Some([1]) => Some(Hash::Sha256),
        Some([2]) => Some(Hash::Sha384),
        Some([3]) => Some(Hash::Sha512),
        _ => None,
    })
}

/// Whether the extensions in `rest`, which stand under `tag` or are not there, have a critical one.
fn demands(rest: &[Element<'_>], tag: u8) -> Option<bool> {
    let listed = match rest {
        [] => return Some(false),
        [listed] => der::only(listed.content_of(tag)?)?,
        _ => return None,
    };
    let mut has_demands = false;
    for extension in der::all(listed.content_of(der::SEQUENCE)?)? {
        let members = der::all(extension.content_of(der::SEQUENCE)?)?;
        has_demands |= members.iter().any(|own| own.tag == der::BOOLEAN && own.content != [0]);
    }
    Some(has_demands)
}

/// GeneralizedTime as RFC 5280 section 4.1.2.5.2 has it: `YYYYMMDDHHMMSSZ`.
fn time(element: &Element<'_>) -> Option<UnixTime> {
    let text = std::str::from_utf8(element.content_of(GENERALIZED_TIME)?).ok()?;
    let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 14)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (date, clock) = digits.split_at_checked(8)?;
    let (year, day) = date.split_at_checked(4)?;
    let (month, day) = day.split_at_checked(2)?;
    let (hour, rest) = clock.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z").parse().ok()
}
