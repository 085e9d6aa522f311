//! The few DER encodings that need no type of their own (X.690 section 10).

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _, Reader as _, SliceReader};

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const SEQUENCE: u8 = 0x30;

/// Identifier, length and the concatenated parts.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long => {
            let bytes = long.to_be_bytes();
            let bytes = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
            out.push(0x80 | bytes.len() as u8);
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(&content);
    out
}

/// Context-specific tag `number`, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// A non-negative INTEGER, given in big-endian bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    let bytes = &bytes[zeros.min(bytes.len().saturating_sub(1))..];
    let sign: &[u8] = if bytes.first().is_none_or(|&byte| byte >= 0x80) { &[0] } else { &[] };
    tlv(INTEGER, &[sign, bytes])
}

/// An OBJECT IDENTIFIER.
pub(super) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    oid.to_der().unwrap()
}

/// The contents of each element of the SEQUENCE `der`, whatever their tags.
pub(super) fn sequence(der: &[u8]) -> Vec<Vec<u8>> {
    let contents = contents(der);
    let mut reader = SliceReader::new(&contents).unwrap();
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(self::contents(reader.tlv_bytes().unwrap()));
    }
    elements
}

fn contents(der: &[u8]) -> Vec<u8> {
    x509_cert::der::AnyRef::from_der(der).unwrap().value().to_vec()
}
