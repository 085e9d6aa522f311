//! dstack's attestations of TDX and SEV-SNP guests and Nitro enclaves (version 0 of its SCALE
//! encoding, variants 0 and 3, and version 1 in MessagePack), and the names of its other forms
//! (dstack, `dstack-attest`, `attestation.rs`, `v1.rs`).
//!
//! Version 1 is read by its public definition. No real one was at hand.

use std::borrow::Cow;

use serde_json::json;

use crate::bytes::Reader;
use crate::error::Error;
use crate::formats::snp::parse::Report;
use crate::hex;
use crate::span::Span;

use super::named::{self, Platform};

/// The largest attestation that is read, in bytes.
const MAX: usize = 4 * 1024 * 1024;
const WHAT: &str = "dstack attestation";

/// An attestation, taken apart. AMD's chip signs the report and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct SnpAttestation<'a> {
    /// The report, [`Report::LEN`] bytes.
    pub report: Cow<'a, [u8]>,
    /// AMD's certificates, in PEM.
    pub certificates: Vec<Cow<'a, [u8]>>,
    /// The document that HOST_DATA is the hash of.
    pub document: &'a str,
    /// REPORT_DATA as it was asked for.
    pub report_data: [u8; 64],
    /// How the host started the machine, in the host's words.
    pub vm_config: &'a str,
}

impl<'a> SnpAttestation<'a> {
    /// Whether the bytes begin as such an attestation: version, variant, and the report's length
    /// as a SCALE compact integer; or version 1 with the platform's name.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0, 3, 0x81, 0x12]) || named::platform(bytes) == Some("sev-snp")
    }

    /// # Errors
    /// When it is too large, cut or longer than it says, or when what should be text is not.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX)?;
        if named::platform(bytes).is_some() {
            return match named::parse(bytes)? {
                Platform::Snp(attestation) => Ok(attestation),
                _ => Err(Error::unsupported(WHAT, form(bytes), Span::new(0, bytes.len()))),
            };
        }
        let r = &mut Reader::new(bytes);
        if r.array(WHAT)? != [0, 3] {
            return Err(Error::unsupported(WHAT, "version or variant", Span::new(0, 2)));
        }
        let report = Cow::Borrowed(string(r)?);
        if report.len() != Report::LEN {
            let why = format!("a report is {} bytes long", Report::LEN);
            return Err(Error::malformed(WHAT, Span::new(2, report.len()), why));
        }
        let mut certificates = Vec::new();
        for _ in 0..compact(r)? {
            certificates.push(Cow::Borrowed(string(r)?));
        }
        let document = text(r)?;
        // What the guest says happened while it started: nothing measures it.
        for _ in 0..compact(r)? {
            text(r)?;
            string(r)?;
        }
        let report_data = r.array(WHAT)?;
        let vm_config = text(r)?;
        end(r)?;
        Ok(Self { report, certificates, document, report_data, vm_config })
    }
}

/// An attestation of a TDX guest, taken apart. Intel's platform signs the quote and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct TdxAttestation<'a> {
    /// The quote.
    pub quote: Cow<'a, [u8]>,
    /// The event log: whole in the agent's own answer, in a certificate cut down to what dstack
    /// wrote and what nothing else shows.
    pub(super) events: Vec<Event<'a>>,
    /// REPORTDATA as it was asked for.
    pub report_data: [u8; 64],
    /// How the host started the machine, in the host's words.
    pub vm_config: &'a str,
}

/// An event as the attestation has it.
#[derive(Clone, Debug)]
pub(super) struct Event<'a> {
    pub(super) rtmr: u64,
    pub(super) kind: u64,
    pub(super) digest: Cow<'a, [u8]>,
    pub(super) name: &'a str,
    pub(super) payload: Cow<'a, [u8]>,
    /// How the digest is made, where it is not version 1.
    pub(super) version: Option<u64>,
    /// The bytes that the digest is of, in hex.
    pub(super) preimage: Option<&'a str>,
}

impl<'a> TdxAttestation<'a> {
    /// Whether the bytes begin as such an attestation: version, variant, and a quote's length in
    /// two or four bytes before the quote's version; or version 1 with the platform's name.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        matches!(behind_length(bytes, 0), Some([4 | 5, 0, ..]))
            || named::platform(bytes) == Some("tdx")
    }

    /// # Errors
    /// When it is too large, cut or longer than it says, or when what should be text is not.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX)?;
        if named::platform(bytes).is_some() {
            return match named::parse(bytes)? {
                Platform::Tdx(attestation) => Ok(attestation),
                _ => Err(Error::unsupported(WHAT, form(bytes), Span::new(0, bytes.len()))),
            };
        }
        let r = &mut Reader::new(bytes);
        if r.array(WHAT)? != [0, 0] {
            return Err(Error::unsupported(WHAT, "version or variant", Span::new(0, 2)));
        }
        let quote = Cow::Borrowed(string(r)?);
        let mut events = Vec::new();
        for _ in 0..compact(r)? {
            let [rtmr, kind] = [r.array(WHAT)?, r.array(WHAT)?].map(u32::from_le_bytes);
            events.push(Event {
                rtmr: u64::from(rtmr),
                kind: u64::from(kind),
                digest: Cow::Borrowed(string(r)?),
                name: text(r)?,
                payload: Cow::Borrowed(string(r)?),
                version: None,
                preimage: None,
            });
        }
        // The same events again, without their place.
        for _ in 0..compact(r)? {
            text(r)?;
            string(r)?;
        }
        let report_data = r.array(WHAT)?;
        let vm_config = text(r)?;
        end(r)?;
        Ok(Self { quote, events, report_data, vm_config })
    }

    /// Whether the log was cut down to what dstack itself wrote, as it is for a certificate: it
    /// has no event of the registers for the kernel and the system.
    pub(crate) fn is_stripped(&self) -> bool {
        !self.events.iter().any(|event| matches!(event.rtmr, 1 | 2))
    }

    /// The event log as dstack writes it in JSON.
    pub(crate) fn log(&self) -> String {
        let event = |event: &Event<'_>| {
            let mut json = json!({
                "imr": event.rtmr, "event_type": event.kind, "digest": hex::encode(&event.digest),
                "event": event.name, "event_payload": hex::encode(&event.payload),
            });
            if let (Some(own), Some(version)) = (json.as_object_mut(), event.version) {
                own.insert("version".into(), version.into());
                own.extend(event.preimage.map(|text| ("preimage".into(), text.into())));
            }
            json
        };
        serde_json::Value::from_iter(self.events.iter().map(event)).to_string()
    }
}

/// The Nitro document in an attestation of version 1.
pub(crate) fn nitro_document(bytes: &[u8]) -> Option<Vec<u8>> {
    named::platform(bytes).filter(|name| *name == "nitro-enclave")?;
    match named::parse(bytes) {
        Ok(Platform::Nitro(document)) => Some(document),
        _ => None,
    }
}

/// The form of an attestation that is not read here, in words: later versions, and versions 0 and
/// 1 of other machines. `None` unless the first bytes are of such a form and nothing else.
pub fn unread(bytes: &[u8]) -> Option<String> {
    match (named::unread(bytes), behind_length(bytes, 1), behind_length(bytes, 4)) {
        (Some(form), ..) => Some(form),
        (_, Some([4 | 5, 0, _, _, 0x81, ..]), _) => Some(of_variant(1)),
        (.., Some([0x84, 0x44, 0xa1, 1, ..] | [0xd2, 0x84, ..])) => Some(of_variant(4)),
        _ => None,
    }
}

/// The form of bytes that stand where an attestation does, in words.
pub fn form(bytes: &[u8]) -> String {
    unread(bytes).unwrap_or_else(|| match bytes {
        [0, variant, ..] => of_variant(*variant),
        [first, ..] => format!("form {first:#04x}"),
        [] => "empty".into(),
    })
}

fn of_variant(variant: u8) -> String {
    let machine = match variant {
        0 => "a TDX guest",
        1 => "a TDX guest on Google Cloud",
        2 => "a Nitro enclave",
        3 => "an SEV-SNP guest",
        4 => "an AWS machine with a NitroTPM",
        _ => "an unknown machine",
    };
    format!("version 0 (SCALE), variant {variant}, of {machine}")
}

/// What follows version 0, this variant, and a length in two or four bytes.
fn behind_length(bytes: &[u8], variant: u8) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[0, variant])?;
    match rest.first()? & 0b11 {
        0b01 => rest.get(2..),
        0b10 => rest.get(4..),
        _ => None,
    }
}

fn end(r: &Reader<'_>) -> Result<(), Error> {
    match r.remaining() {
        0 => Ok(()),
        left => Err(Error::malformed(WHAT, Span::new(r.position(), left), "bytes follow")),
    }
}

/// A SCALE compact integer of at most 30 bits.
fn compact(r: &mut Reader<'_>) -> Result<usize, Error> {
    let start = r.position();
    let low = r.u8(WHAT)?;
    let number = match low & 0b11 {
        0b00 => u32::from(low),
        0b01 => u32::from(u16::from_le_bytes([low, r.u8(WHAT)?])),
        0b10 => {
            let [b, c, d] = r.array(WHAT)?;
            u32::from_le_bytes([low, b, c, d])
        }
        _ => return Err(Error::malformed(WHAT, Span::new(start, 1), "a length is too large")),
    };
    Ok(usize::try_from(number >> 2_u32).unwrap_or(usize::MAX))
}

fn string<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], Error> {
    let len = compact(r)?;
    r.take(WHAT, len)
}

fn text<'a>(r: &mut Reader<'a>) -> Result<&'a str, Error> {
    let start = r.position();
    let bytes = string(r)?;
    std::str::from_utf8(bytes)
        .map_err(|_| Error::malformed(WHAT, Span::new(start, bytes.len()), "not text"))
}
