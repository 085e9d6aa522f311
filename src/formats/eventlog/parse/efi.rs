//! Structures of UEFI inside event data. Numbers are little-endian.

use crate::bytes::Reader;
use crate::error::Error;
use crate::span::Span;

/// UEFI_VARIABLE_DATA (TCG PC Client Platform Firmware Profile).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable<'a> {
    /// The vendor's GUID as it stands in the bytes.
    pub guid: [u8; 16],
    /// The name.
    pub name: String,
    /// The value.
    pub value: &'a [u8],
    /// Where the value is in the event data.
    pub value_span: Span,
}

impl<'a> Variable<'a> {
    /// Reads a variable.
    ///
    /// # Errors
    /// When it is cut short, when bytes are left over, or when its name is not UTF-16.
    pub(crate) fn parse(data: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "event log, UEFI variable";
        let mut reader = Reader::new(data);
        let guid = reader.array::<16>(WHAT)?;
        let name_len = len(reader.u64_le(WHAT)?, 16)?;
        let value_len = len(reader.u64_le(WHAT)?, 24)?;
        let bytes = name_len
            .checked_mul(2)
            .ok_or_else(|| Error::malformed(WHAT, Span::new(16, 8), "its name is too long"))?;
        let name = utf16(reader.take(WHAT, bytes)?)
            .ok_or_else(|| Error::malformed(WHAT, Span::new(32, bytes), "its name is no UTF-16"))?;
        let value_span = Span::new(reader.position(), value_len);
        let value = reader.take(WHAT, value_len)?;
        if reader.remaining() > 0 {
            let at = Span::new(reader.position(), reader.remaining());
            return Err(Error::malformed(WHAT, at, "bytes are left over"));
        }
        Ok(Self { guid, name, value, value_span })
    }
}

/// The file that the device path of a UEFI_IMAGE_LOAD_EVENT names, when it names one (UEFI
/// specification, media device path, sub-type 4).
pub(crate) fn loaded_file(data: &[u8]) -> Option<String> {
    const WHAT: &str = "event log, UEFI image load event";
    let mut reader = Reader::new(data);
    // Address, length in memory and link-time address.
    reader.take(WHAT, 24).ok()?;
    let path_len = usize::try_from(reader.u64_le(WHAT).ok()?).ok()?;
    let mut reader = Reader::new(reader.take(WHAT, path_len).ok()?);
    let mut file = String::new();
    while reader.remaining() > 0 {
        let kind = (reader.u8(WHAT).ok()?, reader.u8(WHAT).ok()?);
        let node = usize::from(reader.u16_le(WHAT).ok()?).checked_sub(4)?;
        let node = reader.take(WHAT, node).ok()?;
        match kind {
            (0x04, 0x04) => file.push_str(&utf16(node)?),
            (0x7f, 0xff) => break,
            _ => {}
        }
    }
    (!file.is_empty()).then_some(file)
}

/// UTF-16 text, little-endian, without the zeros at its end.
pub(crate) fn utf16(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
    let text: String =
        char::decode_utf16(units.map(u16::from_le_bytes)).collect::<Result<_, _>>().ok()?;
    Some(text.trim_end_matches('\0').to_owned())
}

fn len(number: u64, at: usize) -> Result<usize, Error> {
    usize::try_from(number).map_err(|_| {
        Error::malformed("event log, UEFI variable", Span::new(at, 8), "a length is too large")
    })
}
