//! The table of entries at the end of a firmware image.

use std::collections::BTreeMap;

use super::WHAT;
use crate::error::Error;
use crate::span::Span;

/// A GUID as its bytes stand in the image (first three groups little-endian).
pub(super) type Guid = [u8; 16];

/// `96b582de-1fb2-45f7-baea-a366c55a082d`: the table itself, its last entry.
const FOOTER: Guid = guid(0x96b5_82de, 0x1fb2, 0x45f7, 0xbaea_a366_c55a_082d);
/// `dc886566-984a-4798-a75e-5585a7bf67cc`: offset of the memory areas from the end.
pub(super) const SEV_METADATA: Guid = guid(0xdc88_6566, 0x984a, 0x4798, 0xa75e_5585_a7bf_67cc);
/// `00f771de-1a7e-4fcb-890e-68c77e2fb44e`: where further processors begin.
pub(super) const SEV_ES_RESET: Guid = guid(0x00f7_71de, 0x1a7e, 0x4fcb, 0x890e_68c7_7e2f_b44e);
/// `7255371f-3a3b-4b04-927b-1da6efa8d454`: address and length of the table of kernel hashes.
pub(super) const SEV_HASH_TABLE: Guid = guid(0x7255_371f, 0x3a3b, 0x4b04, 0x927b_1da6_efa8_d454);

/// Bytes after the table: the reset vector.
const AFTER: usize = 32;
/// Length and GUID at the end of each entry.
const HEADER: usize = 18;

/// The bytes of a GUID from its groups.
const fn guid(first: u32, second: u16, third: u16, rest: u64) -> Guid {
    let (a, b, c, d) =
        (first.to_le_bytes(), second.to_le_bytes(), third.to_le_bytes(), rest.to_be_bytes());
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]]
}

/// The whole table without its last GUID, when the image has one.
pub(super) fn footer(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.len().checked_sub(AFTER)?;
    let (rest, len) = last_entry(bytes.get(..end)?, &FOOTER)?;
    // The length counts the whole table, its own header included.
    let table = len.checked_sub(HEADER)?;
    rest.get(rest.len().checked_sub(table)?..)
}

/// Every entry by its GUID; the first one from the end counts.
///
/// # Errors
/// When there is no table, or an entry reaches out of it.
pub(super) fn entries(bytes: &[u8]) -> Result<BTreeMap<Guid, &[u8]>, Error> {
    let malformed = |why| Error::malformed(WHAT, Span::new(0, bytes.len()), why);
    let mut table = footer(bytes).ok_or_else(|| malformed("it has no table at its end"))?;
    let mut entries = BTreeMap::new();
    while !table.is_empty() {
        let why = "an entry of its table reaches out of the table";
        let entry = entry(table).ok_or_else(|| malformed(why))?;
        let (rest, guid, data) = entry;
        entries.entry(guid).or_insert(data);
        table = rest;
    }
    Ok(entries)
}

/// The last entry: what stands before it, its GUID and its data.
fn entry(table: &[u8]) -> Option<(&[u8], Guid, &[u8])> {
    let (before, guid) = table.split_last_chunk::<16>()?;
    let (before, len) = before.split_last_chunk::<2>()?;
    let data = usize::from(u16::from_le_bytes(*len)).checked_sub(HEADER)?;
    let (rest, data) = before.split_at_checked(before.len().checked_sub(data)?)?;
    Some((rest, *guid, data))
}

/// What stands before the header of an entry with `guid` at the very end, and its length.
fn last_entry<'a>(bytes: &'a [u8], guid: &Guid) -> Option<(&'a [u8], usize)> {
    let (before, found) = bytes.split_last_chunk::<16>()?;
    let (before, len) = before.split_last_chunk::<2>()?;
    (found == guid).then(|| (before, usize::from(u16::from_le_bytes(*len))))
}
