//! The canonical event log of Confidential Space (TCG Canonical Event Log, TLV form; content type
//! 80 of Container-Optimized OS). A type is one byte, a length four bytes, big-endian.

use super::{Algorithm, Digest, MAX_LOG, Register, room};
use crate::bytes::Reader;
use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "canonical event log";
const RECORD_NUMBER: u8 = 0;
const PCR: u8 = 1;
const DIGESTS: u8 = 3;
const CCMR: u8 = 108;
const COS: u8 = 80;

/// A log, taken apart.
#[derive(Clone, Debug)]
pub struct Log<'a> {
    /// The bytes as received.
    pub bytes: &'a [u8],
    /// The records, in order.
    pub records: Vec<Record<'a>>,
}

/// One record.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Where it is.
    pub span: Span,
    /// The register.
    pub register: Register,
    /// The digests as stated.
    pub digests: Vec<Digest<'a>>,
    /// The content with its type and length: what the digests are of.
    pub content: &'a [u8],
    /// What happened.
    pub item: Item<'a>,
}

impl Record<'_> {
    /// The digest of that algorithm.
    pub fn digest(&self, algorithm: Algorithm) -> Option<&[u8]> {
        self.digests.iter().find(|digest| digest.algorithm == algorithm).map(|digest| digest.bytes)
    }
}

/// What the launcher of Confidential Space measured (go-tpm-tools, `cel/cos_tlv.go`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What kind of thing.
    pub kind: ItemType,
    /// Its bytes.
    pub value: &'a [u8],
}

/// The kind of an [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemType(pub u8);

impl ItemType {
    /// The container image as it was asked for.
    pub const IMAGE_REFERENCE: Self = Self(0);
    /// The digest of the image's manifest.
    pub const IMAGE_DIGEST: Self = Self(1);
    /// Whether the container is started again.
    pub const RESTART_POLICY: Self = Self(2);
    /// The digest of the image's configuration.
    pub const IMAGE_ID: Self = Self(3);
    /// One argument.
    pub(crate) const ARGUMENT: Self = Self(4);
    /// One environment variable.
    pub(crate) const ENVIRONMENT: Self = Self(5);
    /// One argument that the operator set in place of the image's.
    pub(crate) const ARGUMENT_OVERRIDE: Self = Self(6);
    /// One environment variable that the operator set.
    pub(crate) const ENVIRONMENT_OVERRIDE: Self = Self(7);
    /// The workload begins here.
    pub const LAUNCH_SEPARATOR: Self = Self(8);
    /// Whether the host sees how much memory is used.
    pub(crate) const MEMORY_MONITOR: Self = Self(9);
    /// Whether the graphics card runs in its confidential mode.
    pub(crate) const GPU_CC_MODE: Self = Self(10);
    /// What ties a graphics card's report to this machine.
    pub(crate) const GPU_DEVICE_ATTESTATION_BINDING: Self = Self(11);

    /// Its stable word, or `None` for a kind not known here.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::IMAGE_REFERENCE => "container.image-reference",
            Self::IMAGE_DIGEST => "container.image-digest",
            Self::RESTART_POLICY => "container.restart-policy",
            Self::IMAGE_ID => "container.image-id",
            Self::ARGUMENT => "container.argument",
            Self::ENVIRONMENT => "container.environment",
            Self::ARGUMENT_OVERRIDE => "container.argument-override",
            Self::ENVIRONMENT_OVERRIDE => "container.environment-override",
            Self::LAUNCH_SEPARATOR => "container.launch-separator",
            Self::MEMORY_MONITOR => "container.memory-monitor",
            Self::GPU_CC_MODE => "container.gpu-cc-mode",
            Self::GPU_DEVICE_ATTESTATION_BINDING => "container.gpu-device-attestation-binding",
            Self(_) => return None,
        })
    }
}

impl<'a> Log<'a> {
    /// Reads a log.
    ///
    /// # Errors
    /// When it is longer than [`MAX_LOG`] or has too many records, when a record is cut short, is
    /// out of order, names another kind of register, has a digest of another length or twice, or
    /// has content that is not of Container-Optimized OS.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_LOG)?;
        let mut reader = Reader::new(bytes);
        let mut records = Vec::new();
        while reader.remaining() > 0 {
            room("canonical event log, number of records", records.len())?;
            records.push(record(&mut reader, bytes, records.len())?);
        }
        Ok(Self { bytes, records })
    }
}

/// A type, a length and a value.
struct Tlv<'a> {
    kind: u8,
    value: &'a [u8],
    /// Of the whole.
    span: Span,
}

impl Tlv<'_> {
    fn value_start(&self) -> usize {
        self.span.end().saturating_sub(self.value.len())
    }
}

fn tlv<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<Tlv<'a>, Error> {
    let start = reader.position();
    let kind = reader.u8(what)?;
    let len = u32::from_be_bytes(reader.array::<4>(what)?);
    let span = Span::new(start, 5);
    let len = usize::try_from(len).map_err(|_| Error::malformed(what, span, "too long"))?;
    let value = reader.take(what, len)?;
    Ok(Tlv { kind, value, span: Span::new(start, reader.position().saturating_sub(start)) })
}

fn record<'a>(reader: &mut Reader<'a>, bytes: &'a [u8], place: usize) -> Result<Record<'a>, Error> {
    let start = reader.position();
    let number = tlv(reader, "canonical event log, record number")?;
    let expected = u64::try_from(place).unwrap_or(u64::MAX).to_be_bytes();
    if number.kind != RECORD_NUMBER || number.value != expected {
        let why = format!("it is not record number {place}");
        return Err(Error::malformed("canonical event log, record number", number.span, why));
    }
    let register = register(&tlv(reader, "canonical event log, register")?)?;
    let digests = digests(&tlv(reader, "canonical event log, digests")?)?;
    let content = tlv(reader, "canonical event log, content")?;
    let content_span = content.span;
    if content.kind != COS {
        return Err(Error::unsupported(
            "canonical event log, content type",
            content.kind,
            Span::new(content_span.start, 1),
        ));
    }
    let mut inner = Reader::new(content.value);
    let item = tlv(&mut inner, "canonical event log, item")
        .map_err(|error| error.shifted(content.value_start()))?;
    if inner.remaining() > 0 {
        return Err(Error::malformed(WHAT, content_span, "bytes follow the item"));
    }
    Ok(Record {
        span: Span::new(start, reader.position().saturating_sub(start)),
        register,
        digests,
        content: content_span.of(bytes).unwrap_or_default(),
        item: Item { kind: ItemType(item.kind), value: item.value },
    })
}

fn register(tlv: &Tlv<'_>) -> Result<Register, Error> {
    let register = match (tlv.kind, tlv.value) {
        (PCR, [index]) => Register::of_pcr(u32::from(*index)),
        (CCMR, [index]) => Register::of_ccmr(u32::from(*index)),
        _ => None,
    };
    register.ok_or_else(|| {
        Error::unsupported("canonical event log, register", format!("type {}", tlv.kind), tlv.span)
    })
}

fn digests<'a>(outer: &Tlv<'a>) -> Result<Vec<Digest<'a>>, Error> {
    const WHAT: &str = "canonical event log, digests";
    if outer.kind != DIGESTS {
        return Err(Error::unsupported(WHAT, format!("type {}", outer.kind), outer.span));
    }
    let mut reader = Reader::new(outer.value);
    let mut digests: Vec<Digest<'a>> = Vec::new();
    while reader.remaining() > 0 {
        let tlv = tlv(&mut reader, WHAT).map_err(|error| error.shifted(outer.value_start()))?;
        let algorithm = Algorithm(u16::from(tlv.kind));
        let twice = digests.iter().any(|digest| digest.algorithm == algorithm);
        if twice || algorithm.digest_len() != Some(tlv.value.len()) {
            let why = format!("{algorithm} is there twice, is not known, or has another length");
            return Err(Error::malformed(WHAT, outer.span, why));
        }
        digests.push(Digest { algorithm, bytes: tlv.value });
    }
    Ok(digests)
}
