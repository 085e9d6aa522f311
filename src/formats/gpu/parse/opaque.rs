//! The opaque data of a device's report: entries of type, length (two bytes each) and value. The
//! types' numbers are those of NVIDIA's attestation SDK, `nvtrust`.

use crate::bytes::Reader;
use crate::error::Error;
use crate::finding::Value;
use crate::span::Span;
use crate::wire::Field;

/// The entries, by type.
#[derive(Clone, Debug)]
pub(crate) struct Opaque<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    kind: u16,
    value: &'a [u8],
    span: Span,
}

const DRIVER_VERSION: u16 = 3;
const VBIOS_VERSION: u16 = 6;
/// The state of the first video decoder.
const DECODER: u16 = 11;
const PROJECT: u16 = 17;
const PROJECT_SKU: u16 = 18;
const CHIP_SKU: u16 = 15;
const FIRMWARE_ID: u16 = 20;
/// The identifier of an NVSwitch, which no GPU's report has.
const SWITCH: u16 = 22;

impl<'a> Opaque<'a> {
    /// Parses the data, which begins at `at` in the report.
    ///
    /// # Errors
    /// When an entry reaches past the end, or two have one type.
    pub(super) fn parse(data: &'a [u8], at: usize) -> Result<Self, Error> {
        const WHAT: &str = "GPU report, opaque data";
        let mut reader = Reader::new(data);
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let shift = |error: Error| error.shifted(at);
        while reader.remaining() != 0 {
            let kind = reader.u16_le(WHAT).map_err(shift)?;
            let len = usize::from(reader.u16_le(WHAT).map_err(shift)?);
            let start = reader.position();
            let value = reader.take(WHAT, len).map_err(shift)?;
            let span = Span::new(at.saturating_add(start), len);
            if entries.iter().any(|known| known.kind == kind) {
                return Err(Error::malformed(WHAT, span, "two entries have the same type"));
            }
            entries.push(Entry { kind, value, span });
        }
        Ok(Self { entries })
    }

    fn value(&self, kind: u16) -> Option<&'a [u8]> {
        self.entries.iter().find(|entry| entry.kind == kind).map(|entry| entry.value)
    }

    /// Whether the report is of a switch between GPUs (NVSwitch).
    pub(crate) fn is_switch(&self) -> bool {
        self.value(SWITCH).is_some()
    }

    /// Digest of the firmware that holds the signing key, 48 bytes.
    pub(crate) fn firmware_id(&self) -> Option<&'a [u8]> {
        self.value(FIRMWARE_ID)
    }

    /// Version of the driver.
    pub(crate) fn driver_version(&self) -> Option<String> {
        text(self.value(DRIVER_VERSION)?)
    }

    /// Version of the VBIOS: four bytes, little-endian, and a fifth. A switch writes it as text.
    pub(crate) fn vbios_version(&self) -> Option<String> {
        match self.value(VBIOS_VERSION)? {
            written if self.is_switch() => text(written),
            [a, b, c, d, e, ..] => Some(format!("{d:02x}.{c:02x}.{b:02x}.{a:02x}.{e:02x}")),
            _ => None,
        }
    }

    /// Whether the first video decoder is off: then NVIDIA compares nothing with measurement 35.
    pub(crate) fn is_decoder_off(&self) -> bool {
        self.value(DECODER).is_some_and(|state| state.starts_with(&[0x55]))
    }

    /// Board project, its SKU and the chip's SKU, as NVIDIA names reference measurements.
    pub(crate) fn model(&self) -> Option<String> {
        let parts = [PROJECT, PROJECT_SKU, CHIP_SKU].map(|kind| self.value(kind).and_then(text));
        let [Some(project), Some(sku), Some(chip)] = parts else { return None };
        Some(format!("project {project}, SKU {sku}, chip {chip}"))
    }

    /// The entries as labelled spans; without any, the whole as one.
    pub(super) fn fields(&self, whole: Span) -> Vec<Field> {
        let name = |kind| match kind {
            DRIVER_VERSION => "driver version".to_owned(),
            VBIOS_VERSION => "VBIOS version".to_owned(),
            FIRMWARE_ID => "firmware id".to_owned(),
            SWITCH => "switch id".to_owned(),
            other => format!("opaque data {other}"),
        };
        let field = |name: String, span, value: &[u8]| Field {
            name: name.into(),
            span,
            value: Value::hex(value),
            basis: "NVIDIA nvtrust, opaque data of the report",
        };
        if self.entries.is_empty() {
            return vec![field("opaque data".into(), whole, &[])];
        }
        self.entries.iter().map(|entry| field(name(entry.kind), entry.span, entry.value)).collect()
    }
}

/// Text that ends at the first zero byte.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let text = str::from_utf8(bytes.get(..end)?).ok()?;
    text.chars().all(|letter| letter.is_ascii_graphic()).then(|| text.to_owned())
}
