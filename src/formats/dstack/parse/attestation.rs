//! dstack's attestations of TDX and SEV-SNP guests (version 0 of its SCALE encoding, variants 0
//! and 3), and the names of its other forms (dstack, `dstack-attest`, `attestation.rs`, `v1.rs`).

use serde_json::json;

use crate::bytes::Reader;
use crate::error::Error;
use crate::formats::snp::parse::Report;
use crate::span::Span;

/// The largest attestation that is read, in bytes.
const MAX: usize = 4 * 1024 * 1024;
const WHAT: &str = "dstack attestation";

/// An attestation, taken apart. AMD's chip signs the report and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct SnpAttestation<'a> {
    /// The report, [`Report::LEN`] bytes.
    pub report: &'a [u8],
    /// AMD's certificates, in PEM.
    pub certificates: Vec<&'a [u8]>,
    /// The document that HOST_DATA is the hash of.
    pub document: &'a str,
    /// REPORT_DATA as it was asked for.
    pub report_data: [u8; 64],
    /// How the host started the machine, in the host's words.
    pub vm_config: &'a str,
}

impl<'a> SnpAttestation<'a> {
    /// Whether the bytes begin as such an attestation: version, variant, and the report's length
    /// as a SCALE compact integer.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0, 3, 0x81, 0x12])
    }

    /// # Errors
    /// When it is too large, cut or longer than it says, or when what should be text is not.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX)?;
        let r = &mut Reader::new(bytes);
        if r.array(WHAT)? != [0, 3] {
            return Err(Error::unsupported(WHAT, "version or variant", Span::new(0, 2)));
        }
        let report = string(r)?;
        if report.len() != Report::LEN {
            let why = format!("a report is {} bytes long", Report::LEN);
            return Err(Error::malformed(WHAT, Span::new(2, report.len()), why));
        }
        let mut certificates = Vec::new();
        for _ in 0..compact(r)? {
            certificates.push(string(r)?);
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
    pub quote: &'a [u8],
    /// The event log: whole in the agent's own answer, in a certificate cut down to what dstack
    /// wrote and what nothing else shows.
    events: Vec<Event<'a>>,
    /// REPORTDATA as it was asked for.
    pub report_data: [u8; 64],
    /// How the host started the machine, in the host's words.
    pub vm_config: &'a str,
}

/// An event as the attestation has it: RTMR, type, digest, name and payload.
type Event<'a> = (u32, u32, &'a [u8], &'a str, &'a [u8]);

impl<'a> TdxAttestation<'a> {
    /// Whether the bytes begin as such an attestation: version, variant, and a quote's length in
    /// two or four bytes before the quote's version.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        matches!(behind_length(bytes, 0), Some([4 | 5, 0, ..]))
    }

    /// # Errors
    /// When it is too large, cut or longer than it says, or when what should be text is not.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX)?;
        let r = &mut Reader::new(bytes);
        if r.array(WHAT)? != [0, 0] {
            return Err(Error::unsupported(WHAT, "version or variant", Span::new(0, 2)));
        }
        let quote = string(r)?;
        let mut events = Vec::new();
        for _ in 0..compact(r)? {
            let [rtmr, kind] = [r.array(WHAT)?, r.array(WHAT)?].map(u32::from_le_bytes);
            events.push((rtmr, kind, string(r)?, text(r)?, string(r)?));
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
        !self.events.iter().any(|(rtmr, ..)| matches!(rtmr, 1 | 2))
    }

    /// The event log as dstack writes it in JSON.
    pub(crate) fn log(&self) -> String {
        let event = |(rtmr, kind, digest, name, payload): &Event<'_>| {
            json!({
                "imr": rtmr, "event_type": kind, "digest": hex::encode(digest),
                "event": name, "event_payload": hex::encode(payload),
            })
        };
        serde_json::Value::from_iter(self.events.iter().map(event)).to_string()
    }
}

/// The form of an attestation that is not read here, in words: version 1, and version 0 of other
/// machines. `None` unless the first bytes are of such a form and nothing else.
pub fn unread(bytes: &[u8]) -> Option<String> {
    /// A map of three, as `rmp_serde` writes it with names: the version comes first.
    const VERSION: &[u8] = b"\x83\xa7version";
    let named = bytes.strip_prefix(VERSION);
    match (named, behind_length(bytes, 1), behind_length(bytes, 4)) {
        (Some([version @ ..0x80, rest @ ..]), ..) if rest.starts_with(b"\xa8platform") => {
            Some(format!("version {version} (MessagePack)"))
        }
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
