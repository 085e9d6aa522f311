//! The certificate table that a host hands to its guest beside a report (AMD 56421, "Guest-Host
//! Communication Block", section "SNP Extended Guest Request"; Linux shows it as `auxblob`).
//!
//! Entries of 24 bytes, until one whose identifier is all zeros: identifier (16 bytes), offset from
//! the table's first byte and length (32 bits each, little-endian). Some hosts keep an identifier's
//! bytes in the order in which it is written, others in that of a GUID; both are read. The host
//! writes the table, so nothing in it is believed for being there.

use crate::bytes::Reader;
use crate::error::Error;
use crate::span::Span;

/// The largest table that is read, in bytes.
pub const MAX_TABLE: usize = 256 * 1024;

const WHAT: &str = "SNP certificate table";

/// Identifiers of what a table may hold.
const VCEK: [u8; 16] = *b"\x63\xda\x75\x8d\xe6\x64\x45\x64\xad\xc5\xf4\xb9\x3b\xe8\xac\xcd";
const VLEK: [u8; 16] = *b"\xa8\x07\x4b\xc2\xa2\x5a\x48\x3e\xaa\xe6\x39\xc0\x45\xa0\xb8\xa1";
const ASK: [u8; 16] = *b"\x4a\xb7\xb3\x79\xbb\xac\x4f\xe4\xa0\x2f\x05\xae\xf3\x27\xc7\x82";
const ARK: [u8; 16] = *b"\xc0\xb4\x06\xa4\xa8\x03\x49\x52\x97\x43\x3f\xb6\x01\x4c\xd0\xae";
const CRL: [u8; 16] = *b"\x92\xf8\x1b\xc3\x58\x11\x4d\x3d\x97\xff\xd1\x9f\x88\xdc\x67\xea";
const KNOWN: [[u8; 16]; 5] = [VCEK, VLEK, ASK, ARK, CRL];

/// What a table holds, in DER as the host supplied it. Kinds that are not known are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateTable<'a> {
    /// The chip's certificate.
    pub vcek: Option<&'a [u8]>,
    /// The cloud provider's certificate.
    pub vlek: Option<&'a [u8]>,
    /// The certificate of what signs VCEKs (or, beside a VLEK, of what signs VLEKs).
    pub ask: Option<&'a [u8]>,
    /// The root's certificate.
    pub ark: Option<&'a [u8]>,
    /// The root's revocation list.
    pub crl: Option<&'a [u8]>,
}

impl<'a> CertificateTable<'a> {
    /// Whether `bytes` look like a table: they begin with a known identifier.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        bytes.first_chunk().is_some_and(|id: &[u8; 16]| KNOWN.contains(&written(*id)))
    }

    /// Everything in it.
    pub fn parts(&self) -> impl Iterator<Item = &'a [u8]> {
        [self.vcek, self.vlek, self.ask, self.ark, self.crl].into_iter().flatten()
    }

    /// Reads a table. No bytes at all are a table with nothing in it: hosts supply that when they
    /// have no certificates.
    ///
    /// # Errors
    /// When the table is larger than [`MAX_TABLE`], has no end, points outside of itself, or has
    /// two entries of one kind.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_TABLE)?;
        let mut table = Self::default();
        if bytes.is_empty() {
            return Ok(table);
        }
        let mut reader = Reader::new(bytes);
        loop {
            let at = reader.position();
            let id: [u8; 16] = reader.array("SNP certificate table identifier")?;
            let offset = reader.u32_le("SNP certificate table offset")?;
            let length = reader.u32_le("SNP certificate table length")?;
            if id == [0; 16] {
                return Ok(table);
            }
            let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            let span = Span::new(size(offset), size(length));
            let entry = Span::new(at, 24);
            let data = span.of(bytes).ok_or_else(|| {
                Error::malformed(WHAT, entry, "an entry points outside of the table")
            })?;
            let slot = match written(id) {
                VCEK => &mut table.vcek,
                VLEK => &mut table.vlek,
                ASK => &mut table.ask,
                ARK => &mut table.ark,
                CRL => &mut table.crl,
                _ => continue,
            };
            if slot.replace(data).is_some() {
                return Err(Error::malformed(WHAT, entry, "two entries are of one kind"));
            }
        }
    }
}

/// An identifier in the order in which it is written, when the bytes are a known one's in that
/// order or in the order of a GUID, whose first three fields are little-endian.
fn written(bytes: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let [i, j, k, l, m, n, o, p] = rest;
    let turned = [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p];
    if KNOWN.contains(&turned) { turned } else { bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: [u8; 16], offset: u32, length: u32) -> Vec<u8> {
        [&id[..], &offset.to_le_bytes(), &length.to_le_bytes()].concat()
    }

    #[test]
    fn table_written_by_the_sev_crate_reads_back() {
        use sev::firmware::host::{CertTableEntry, CertType};
        let entries = [
            (CertType::VCEK, b"vcek".to_vec()),
            (CertType::VLEK, b"vlek!".to_vec()),
            (CertType::ASK, b"ask".to_vec()),
            (CertType::ARK, b"ark".to_vec()),
            (CertType::CRL, b"list".to_vec()),
        ];
        let entries: Vec<_> =
            entries.into_iter().map(|(kind, data)| CertTableEntry::new(kind, data)).collect();
        let bytes = CertTableEntry::cert_table_to_vec_bytes(&entries).unwrap();
        let expected = CertificateTable {
            vcek: Some(b"vcek"),
            vlek: Some(b"vlek!"),
            ask: Some(b"ask"),
            ark: Some(b"ark"),
            crl: Some(b"list"),
        };
        assert_eq!(CertificateTable::parse(&bytes), Ok(expected));
    }

    #[test]
    fn identifiers_in_the_order_of_a_guid_are_read_alike() {
        let turned: [u8; 16] = *b"\x8d\x75\xda\x63\x64\xe6\x64\x45\xad\xc5\xf4\xb9\x3b\xe8\xac\xcd";
        for id in [VCEK, turned] {
            let table = [entry(id, 48, 2), vec![0; 24], vec![5, 6]].concat();
            assert!(CertificateTable::is_likely(&table));
            assert_eq!(CertificateTable::parse(&table).unwrap().vcek, Some(&[5, 6][..]));
        }
        assert!(!CertificateTable::is_likely(&[0; 24]));
    }

    #[test]
    fn table_without_end_or_with_wild_pointers_is_refused() {
        assert_eq!(CertificateTable::parse(&[]), Ok(CertificateTable::default()));
        assert_eq!(CertificateTable::parse(&[0; 24]), Ok(CertificateTable::default()));
        assert!(CertificateTable::parse(&entry(VCEK, 0, 4)).is_err(), "no end");
        for (offset, length) in [(48, 1), (u32::MAX, u32::MAX), (0, 49)] {
            let table = [entry(VCEK, offset, length), vec![0; 24]].concat();
            assert!(CertificateTable::parse(&table).is_err(), "{offset} {length}");
        }
        let twice = [entry(ASK, 0, 1), entry(ASK, 1, 1), vec![0; 24]].concat();
        assert!(CertificateTable::parse(&twice).is_err(), "two of one kind");
        let unknown = [entry([7; 16], 0, 1), vec![0; 24]].concat();
        assert_eq!(CertificateTable::parse(&unknown), Ok(CertificateTable::default()));
        assert!(CertificateTable::parse(&vec![0; MAX_TABLE + 1]).is_err(), "too large");
    }
}
