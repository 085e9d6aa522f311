//! Virtual firmware for AMD SEV-SNP guests (OVMF): the parts that the launch digest depends on.
//!
//! An image ends in a table of entries, each with a GUID, that is read backwards (OVMF,
//! `OvmfPkg/ResetVector/Ia16/ResetVectorVtf0.asm`). One entry leads to a list of memory areas that
//! the host has to prepare (`OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm`). Integers are
//! little-endian. Nothing is believed about an image: whoever hands it in vouches for it.

mod description;
mod table;

use crate::error::Error;
use crate::span::Span;

pub use description::Description;
pub(crate) use description::processor_signature;

const WHAT: &str = "SNP firmware image";

/// A firmware image as parsed.
#[derive(Clone, Debug)]
pub struct Firmware<'a> {
    /// The bytes: whole pages that end at 4 GiB of guest memory.
    pub bytes: &'a [u8],
    /// Memory areas that the host prepares, in the order of the image.
    pub areas: Vec<Area>,
    /// Where a processor other than the first begins, when the image says so.
    pub reset_eip: Option<u32>,
    /// Guest address of the table of kernel hashes, when the image takes one.
    pub hash_table: Option<u32>,
}

/// A memory area that the host prepares before launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Guest physical address of its first byte, at a page.
    pub address: u32,
    /// Length in bytes, whole pages.
    pub len: u32,
    /// What it is for.
    pub kind: AreaKind,
}

/// What a memory area is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaKind {
    /// CPUID values (type 3).
    Cpuid,
    /// SHA-256 of kernel, initial disk and command line (type 16).
    KernelHashes,
    /// Memory that begins as zeros (type 1).
    Memory,
    /// Secrets that the firmware of the chip puts in (type 2).
    Secrets,
    /// The calling area of a service module (type 4); begins as zeros.
    SvsmCallingArea,
}

impl<'a> Firmware<'a> {
    /// The largest image that is read, in bytes: what fits below 4 GiB beside devices.
    pub const MAX: usize = 16 * 1024 * 1024;
    /// The most memory areas of one image.
    pub(crate) const MAX_AREAS: usize = 64;
    /// Bytes in a page.
    pub(crate) const PAGE: usize = 4096;

    /// Whether `bytes` look like an image: they end in the table's GUID.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        table::footer(bytes).is_some()
    }

    /// Parses an image.
    ///
    /// # Errors
    /// When it is not whole pages, has no table or no list of memory areas, or an area is of an
    /// unknown kind or is not whole pages.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        if bytes.is_empty() || bytes.len().checked_rem(Self::PAGE) != Some(0) {
            let whole = Span::new(0, bytes.len());
            return Err(Error::malformed(WHAT, whole, "it is not whole pages of 4096 bytes"));
        }
        let entries = table::entries(bytes)?;
        let number = |guid| entries.get(&guid).and_then(|entry| entry.first_chunk().copied());
        let areas = match number(table::SEV_METADATA) {
            Some(from_end) => areas(bytes, u32::from_le_bytes(from_end))?,
            None => {
                let whole = Span::new(0, bytes.len());
                return Err(Error::malformed(WHAT, whole, "it has no list of SNP memory areas"));
            }
        };
        Ok(Self {
            bytes,
            areas,
            reset_eip: number(table::SEV_ES_RESET).map(u32::from_le_bytes),
            hash_table: number(table::SEV_HASH_TABLE).map(u32::from_le_bytes).filter(|&at| at != 0),
        })
    }

    /// Guest physical address of the first byte: the image ends at 4 GiB.
    pub fn address(&self) -> u64 {
        const FOUR_GIB: u64 = 1 << 32;
        FOUR_GIB.saturating_sub(u64::try_from(self.bytes.len()).unwrap_or(FOUR_GIB))
    }
}

/// The list of memory areas that begins `from_end` bytes before the end of the image: `ASEV`,
/// length, version 1, count, and 12 bytes for each area.
fn areas(bytes: &[u8], from_end: u32) -> Result<Vec<Area>, Error> {
    const LIST: &str = "SNP firmware image, memory areas";
    let len = bytes.len();
    let start = usize::try_from(from_end).ok().and_then(|from_end| len.checked_sub(from_end));
    let list = start.and_then(|start| Some((start, bytes.get(start..)?)));
    let Some((start, list)) = list else {
        return Err(Error::malformed(LIST, Span::new(len, 0), "they begin before the image"));
    };
    let at = |offset: usize, len| Span::new(start.saturating_add(offset), len);
    let mut reader = crate::bytes::Reader::new(list);
    let signature = reader.take(LIST, 4).map_err(|error| error.shifted(start))?;
    if signature != b"ASEV" {
        return Err(Error::malformed(LIST, at(0, 4), "they do not begin with ASEV"));
    }
    let mut word = || reader.u32_le(LIST).map_err(|error| error.shifted(start));
    let (_, version, count) = (word()?, word()?, word()?);
    if version != 1 {
        return Err(Error::unsupported(LIST, version, at(8, 4)));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    Error::cap(LIST, count, Firmware::MAX_AREAS)?;
    let mut areas = Vec::new();
    for number in 0..count {
        let offset = number.saturating_mul(12).saturating_add(16);
        let (address, len, kind) = (word()?, word()?, word()?);
        let kind = match kind {
            1 => AreaKind::Memory,
            2 => AreaKind::Secrets,
            3 => AreaKind::Cpuid,
            4 => AreaKind::SvsmCallingArea,
            0x10 => AreaKind::KernelHashes,
            other => return Err(Error::unsupported(LIST, other, at(offset, 12))),
        };
        let is_whole = |number: u32| number.checked_rem(4096) == Some(0);
        if !is_whole(address) || !is_whole(len) || len > 1 << 30 {
            return Err(Error::malformed(LIST, at(offset, 12), "an area is not whole pages"));
        }
        areas.push(Area { address, len, kind });
    }
    Ok(areas)
}
