//! The document and its payload.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::span::Span;
use crate::wire::cbor::{self, Entries, Reader};

const WHAT: &str = "Nitro attestation document";
const PAYLOAD: &str = "payload of the Nitro attestation document";

/// A value and where it stands in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Located<T> {
    /// The value.
    pub value: T,
    /// Its bytes, without the CBOR head.
    pub span: Span,
}

/// An attestation document. Nothing is shown by it until its signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document<'a> {
    /// The bytes of the COSE_Sign1 array, with its tag if it has one.
    pub bytes: &'a [u8],
    /// The protected header, encoded: part of what is signed.
    pub protected: Located<&'a [u8]>,
    /// The payload, encoded: part of what is signed.
    pub payload: Located<&'a [u8]>,
    /// The signature: for ES384 R then S, each 48 bytes, big-endian.
    pub signature: Located<&'a [u8]>,
    /// The enclave's id: the instance's id, and the enclave's on that instance.
    pub module_id: Located<&'a str>,
    /// When the security module made the document, in milliseconds since 1970.
    pub timestamp_ms: Located<u64>,
    /// The platform configuration registers by number, SHA-384 each.
    pub pcrs: BTreeMap<u8, Located<[u8; 48]>>,
    /// The certificate of the key that signed, DER.
    pub certificate: Located<&'a [u8]>,
    /// The certificates above it, DER, the root first.
    pub cabundle: Vec<Located<&'a [u8]>>,
    /// A key that the enclave named.
    pub public_key: Option<Located<&'a [u8]>>,
    /// Bytes that the enclave chose.
    pub user_data: Option<Located<&'a [u8]>>,
    /// A nonce that the enclave passed on.
    pub nonce: Option<Located<&'a [u8]>>,
}

impl<'a> Document<'a> {
    /// The largest document that is read, in bytes.
    pub(crate) const MAX: usize = 32 * 1024;
    /// The tag of COSE_Sign1, which may be left out (RFC 9052 section 4.2).
    pub(crate) const TAG: u64 = 18;
    /// The most certificates of `cabundle` that are read.
    pub(crate) const MAX_CHAIN: usize = 8;
    /// The largest certificate, public key, user data and nonce, in bytes (AWS, "Attestation
    /// document specification").
    pub(crate) const MAX_BYTES: usize = 1024;

    /// Reads the one document that `bytes` are.
    ///
    /// # Errors
    /// When they are not COSE_Sign1 around the members that AWS specifies, each once, in shortest
    /// encoding and within AWS's limits. Newer security modules write the payload's map without a
    /// count; nothing else may be of indefinite length. [`Error::Unsupported`] for another digest
    /// than SHA-384 and for members that this verifier does not know, such as those of NitroTPM.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let mut r = Reader::new(WHAT, bytes, 0);
        let whole = Span::new(0, bytes.len());
        if r.is_tag() && r.tag()? != Self::TAG {
            return Err(r.malformed(whole, "its tag is not that of COSE_Sign1"));
        }
        if r.array()? != 4 {
            return Err(r.malformed(whole, "it is not an array of four"));
        }
        let protected = located(r.bytes()?);
        if r.map()? != Entries::Counted(0) {
            return Err(r.malformed(whole, "its unprotected header is not empty"));
        }
        let payload = located(r.bytes()?);
        let signature = located(r.bytes()?);
        r.end()?;
        Payload::parse(payload)?.document(bytes, protected, payload, signature)
    }
}

impl Document<'_> {
    /// What the signature covers: `["Signature1", protected, h'', payload]` in CBOR (RFC 9052
    /// section 4.4).
    pub(crate) fn signed_bytes(&self) -> Vec<u8> {
        const CONTEXT: &[u8] = b"\x84\x6aSignature1";
        let mut bytes = CONTEXT.to_vec();
        for string in [self.protected.value, &[], self.payload.value] {
            bytes.extend(cbor::string_head(string.len()));
            bytes.extend(string);
        }
        bytes
    }
}

/// The members of a payload as far as they were read.
#[derive(Default)]
struct Payload<'a> {
    module_id: Option<Located<&'a str>>,
    digest: Option<Located<&'a str>>,
    timestamp: Option<Located<u64>>,
    pcrs: Option<BTreeMap<u8, Located<[u8; 48]>>>,
    certificate: Option<Located<&'a [u8]>>,
    cabundle: Option<Vec<Located<&'a [u8]>>>,
    public_key: Option<Option<Located<&'a [u8]>>>,
    user_data: Option<Option<Located<&'a [u8]>>>,
    nonce: Option<Option<Located<&'a [u8]>>>,
}

impl<'a> Payload<'a> {
    fn parse(payload: Located<&'a [u8]>) -> Result<Self, Error> {
        let mut r = Reader::new(PAYLOAD, payload.value, payload.span.start);
        let mut read = Self::default();
        match r.map()? {
            Entries::Counted(len) => {
                for _ in 0..len {
                    read.member(&mut r)?;
                }
            }
            Entries::Marked => {
                while !r.is_break() {
                    read.member(&mut r)?;
                }
                r.skip_break();
            }
        }
        r.end()?;
        Ok(read)
    }

    fn member(&mut self, r: &mut Reader<'a>) -> Result<(), Error> {
        let (name, at) = r.text()?;
        let is_new = match name {
            "module_id" => {
                let (value, span) = r.text()?;
                within(r, span, 1)?;
                self.module_id.replace(Located { value, span }).is_none()
            }
            "digest" => self.digest.replace(located(r.text()?)).is_none(),
            "timestamp" => self.timestamp.replace(located(r.number()?)).is_none(),
            "pcrs" => self.pcrs.replace(registers(r)?).is_none(),
            "certificate" => self.certificate.replace(bytes(r, 1)?).is_none(),
            "cabundle" => self.cabundle.replace(chain(r)?).is_none(),
            "public_key" => self.public_key.replace(optional(r, 1)?).is_none(),
            "user_data" => self.user_data.replace(optional(r, 0)?).is_none(),
            "nonce" => self.nonce.replace(optional(r, 0)?).is_none(),
            other => return Err(Error::unsupported("member of a Nitro document", other, at)),
        };
        if is_new { Ok(()) } else { Err(r.malformed(at, "the member appears twice")) }
    }

    fn document(
        self,
        bytes: &'a [u8],
        protected: Located<&'a [u8]>,
        payload: Located<&'a [u8]>,
        signature: Located<&'a [u8]>,
    ) -> Result<Document<'a>, Error> {
        let digest = self.digest.ok_or(missing("digest"))?;
        if digest.value != "SHA384" {
            return Err(Error::unsupported(
                "digest of a Nitro document",
                digest.value,
                digest.span,
            ));
        }
        Ok(Document {
            bytes,
            protected,
            payload,
            signature,
            module_id: self.module_id.ok_or(missing("module_id"))?,
            timestamp_ms: self.timestamp.ok_or(missing("timestamp"))?,
            pcrs: self.pcrs.ok_or(missing("pcrs"))?,
            certificate: self.certificate.ok_or(missing("certificate"))?,
            cabundle: self.cabundle.ok_or(missing("cabundle"))?,
            public_key: self.public_key.flatten(),
            user_data: self.user_data.flatten(),
            nonce: self.nonce.flatten(),
        })
    }
}

const fn missing(what: &'static str) -> Error {
    Error::Missing { what }
}

const fn located<T: Copy>((value, span): (T, Span)) -> Located<T> {
    Located { value, span }
}

/// Refuses content that is shorter than `least` or longer than AWS allows.
fn within(r: &Reader<'_>, span: Span, least: usize) -> Result<(), Error> {
    Error::cap(PAYLOAD, span.len, Document::MAX_BYTES)?;
    if span.len < least { Err(r.malformed(span, "it is empty")) } else { Ok(()) }
}

fn bytes<'a>(r: &mut Reader<'a>, least: usize) -> Result<Located<&'a [u8]>, Error> {
    let (value, span) = r.bytes()?;
    within(r, span, least)?;
    Ok(Located { value, span })
}

fn optional<'a>(r: &mut Reader<'a>, least: usize) -> Result<Option<Located<&'a [u8]>>, Error> {
    if r.is_null() {
        r.null()?;
        return Ok(None);
    }
    bytes(r, least).map(Some)
}

/// PCR0 and others: numbers from 0 to 31, ascending, each with 48 bytes.
fn registers(r: &mut Reader<'_>) -> Result<BTreeMap<u8, Located<[u8; 48]>>, Error> {
    let mut registers = BTreeMap::new();
    let Entries::Counted(len) = r.map()? else {
        return Err(r.malformed(Span::new(0, 0), "the registers are not counted"));
    };
    for _ in 0..len {
        let (number, at) = r.number()?;
        let number = match u8::try_from(number) {
            Ok(number @ 0..=31) => number,
            _ => return Err(r.malformed(at, "there is no such register")),
        };
        let above = registers.last_key_value().is_none_or(|(last, _)| *last < number);
        let (value, span) = r.bytes()?;
        let value = <[u8; 48]>::try_from(value)
            .map_err(|_| r.malformed(span, "a register has another length than SHA-384"))?;
        if !above {
            return Err(r.malformed(at, "the registers are not in order, or one appears twice"));
        }
        registers.insert(number, Located { value, span });
    }
    if !registers.contains_key(&0) {
        return Err(missing("PCR0"));
    }
    Ok(registers)
}

fn chain<'a>(r: &mut Reader<'a>) -> Result<Vec<Located<&'a [u8]>>, Error> {
    let len = usize::try_from(r.array()?).unwrap_or(usize::MAX);
    Error::cap("number of certificates", len, Document::MAX_CHAIN)?;
    if len == 0 {
        return Err(missing("a certificate in cabundle"));
    }
    (0..len).map(|_| bytes(r, 1)).collect()
}
