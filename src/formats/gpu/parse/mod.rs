//! Attestation reports of NVIDIA GPUs (Hopper, Blackwell) and of the switches between them: an SPDM GET_MEASUREMENTS request with its
//! response (DMTF DSP0274 1.1, sections 10.11.1 and 10.11.2). Integers are little-endian, the
//! signature is big-endian. Nothing is believed.

mod evidence;
mod manifest;
mod opaque;

use crate::bytes::Reader;
use crate::error::Error;
use crate::finding::Value;
use crate::hex;
use crate::span::Span;
use crate::wire::Field;

pub(crate) use evidence::{Answer, Evidence};
pub(crate) use manifest::Manifest;
pub(crate) use opaque::Opaque;

const WHAT: &str = "GPU report";
const SPDM: &str = "DMTF DSP0274 1.1, MEASUREMENTS response";

/// A report as parsed.
#[derive(Clone, Debug)]
pub(crate) struct Report<'a> {
    /// Request and response as received.
    pub bytes: &'a [u8],
    /// The request's nonce, 32 bytes: the asker's challenge.
    pub nonce: [u8; 32],
    /// The measurements: index and value, in order.
    pub measurements: Vec<Measurement<'a>>,
    /// The response's nonce, 32 bytes: the GPU's own.
    pub own_nonce: [u8; 32],
    /// What NVIDIA adds: versions and identifiers.
    pub opaque: Opaque<'a>,
    /// What the signature covers: everything before it.
    pub signed: Span,
    /// R and S, 48 bytes each, big-endian.
    pub signature: [u8; 96],
    /// What follows the signature. Nobody signed it.
    pub trailing: Span,
    spans: [Span; 4],
}

/// One measurement (DSP0274 1.1, table 44).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measurement<'a> {
    /// Its number, from 1.
    pub index: u8,
    /// DMTFSpecMeasurementValueType.
    pub kind: u8,
    /// The value: SHA-384 in NVIDIA's reports.
    pub value: &'a [u8],
    /// Where the block stands.
    pub span: Span,
}

impl<'a> Report<'a> {
    /// Length of the request in bytes.
    pub(crate) const REQUEST: usize = 37;
    /// Length of the signature in bytes.
    pub(crate) const SIGNATURE: usize = 96;
    /// The largest report that is read, in bytes.
    pub(crate) const MAX: usize = 64 * 1024;

    /// Whether `bytes` look like a report: a request of version 1.1 for all measurements, signed.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        bytes.len() > Self::REQUEST
            && bytes.starts_with(&[0x11, 0xe0])
            && bytes.get(Self::REQUEST..).is_some_and(|rest| rest.starts_with(&[0x11, 0x60]))
    }

    /// Parses request and response. Bytes after the signature are kept as [`Report::trailing`].
    ///
    /// # Errors
    /// When they are not of SPDM 1.1, a length reaches past the end, a block is not of the DMTF's
    /// form, or two blocks have one number.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let mut reader = Reader::new(bytes);
        expect(&mut reader, "GPU report, request", [0x11, 0xe0])?;
        reader.take("GPU report, request", 2)?;
        let nonce_at = reader.position();
        let nonce = reader.array("GPU report, request nonce")?;
        reader.u8("GPU report, certificate slot")?;
        expect(&mut reader, "GPU report, response", [0x11, 0x60])?;
        reader.take("GPU report, response", 2)?;
        let count = reader.u8("GPU report, number of measurements")?;
        let [a, b, c] = reader.array("GPU report, length of measurements")?;
        let len = usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap_or(usize::MAX);
        let at = reader.position();
        let record = reader.take("GPU report, measurements", len)?;
        let measurements = measurements(record, at, count)?;
        let own_at = reader.position();
        let own_nonce = reader.array("GPU report, response nonce")?;
        let len = usize::from(reader.u16_le("GPU report, length of opaque data")?);
        let opaque_at = reader.position();
        let opaque = Opaque::parse(reader.take("GPU report, opaque data", len)?, opaque_at)?;
        let signed = Span::new(0, reader.position());
        let signature = reader.array("GPU report, signature")?;
        let trailing = Span::new(reader.position(), reader.remaining());
        let spans = [
            Span::new(nonce_at, 32),
            Span::new(own_at, 32),
            Span::new(opaque_at, len),
            Span::new(signed.len, Self::SIGNATURE),
        ];
        Ok(Self {
            bytes,
            nonce,
            measurements,
            own_nonce,
            opaque,
            signed,
            signature,
            trailing,
            spans,
        })
    }

    /// The bytes that the signature covers.
    pub(crate) fn signed_bytes(&self) -> &'a [u8] {
        self.signed.of(self.bytes).unwrap_or_default()
    }

    /// Where the request's nonce stands.
    pub(crate) const fn nonce_span(&self) -> Span {
        let [nonce, ..] = self.spans;
        nonce
    }

    /// Every part as a labelled span.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let [nonce, own, opaque, signature] = self.spans;
        let field = |name: String, span, value: &[u8]| Field {
            name: name.into(),
            span,
            value: Value::hex(value),
            basis: SPDM,
        };
        let mut fields = vec![field("request nonce".into(), nonce, &self.nonce)];
        fields.extend(self.measurements.iter().map(|measurement| {
            let name = format!("measurement {}", measurement.index);
            field(name, measurement.span, measurement.value)
        }));
        fields.push(field("response nonce".into(), own, &self.own_nonce));
        fields.extend(self.opaque.fields(opaque));
        fields.push(field("signature".into(), signature, &self.signature));
        fields
    }
}

fn expect(reader: &mut Reader<'_>, what: &'static str, code: [u8; 2]) -> Result<(), Error> {
    let at = Span::new(reader.position(), 2);
    let found: [u8; 2] = reader.array(what)?;
    if found == code {
        Ok(())
    } else {
        Err(Error::unsupported(what, format!("code {}", hex::encode(found)), at))
    }
}

fn measurements(record: &[u8], at: usize, count: u8) -> Result<Vec<Measurement<'_>>, Error> {
    const BLOCKS: &str = "GPU report, measurements";
    let mut reader = Reader::new(record);
    let mut blocks: Vec<Measurement<'_>> = Vec::new();
    let shift = |error: Error| error.shifted(at);
    for _ in 0..count {
        let start = reader.position();
        let index = reader.u8(BLOCKS).map_err(shift)?;
        let specification = reader.u8(BLOCKS).map_err(shift)?;
        let size = usize::from(reader.u16_le(BLOCKS).map_err(shift)?);
        let kind = reader.u8(BLOCKS).map_err(shift)?;
        let len = usize::from(reader.u16_le(BLOCKS).map_err(shift)?);
        let value = reader.take(BLOCKS, len).map_err(shift)?;
        let span = Span::new(at.saturating_add(start), reader.position().saturating_sub(start));
        if specification != 1 || len.checked_add(3) != Some(size) {
            return Err(Error::malformed(BLOCKS, span, "a block is not of the DMTF's form"));
        }
        if blocks.iter().any(|known| known.index == index) {
            return Err(Error::malformed(BLOCKS, span, "two blocks have the same number"));
        }
        blocks.push(Measurement { index, kind, value, span });
    }
    if reader.remaining() != 0 {
        let span = Span::new(at.saturating_add(reader.position()), reader.remaining());
        return Err(Error::malformed(BLOCKS, span, "bytes follow the last block"));
    }
    Ok(blocks)
}
