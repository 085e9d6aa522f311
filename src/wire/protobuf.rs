//! Protocol Buffers wire format, as far as attestations use it: varints and length-delimited
//! fields (protobuf.dev, "Encoding").
//!
//! Stricter than the format: a varint has one encoding, and a field that is not repeated may not
//! appear twice.

use crate::error::Error;
use crate::span::Span;

/// The most fields that one message may have.
const MAX_FIELDS: usize = 256;

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Its number.
    pub number: u32,
    /// Its value.
    pub value: Wire<'a>,
    /// Where the value is, relative to the outermost message.
    pub span: Span,
}

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire<'a> {
    /// A number.
    Varint(u64),
    /// Bytes, a string or a message.
    Bytes(&'a [u8]),
    /// Eight bytes, little-endian.
    Fixed64(u64),
    /// Four bytes, little-endian.
    Fixed32(u32),
}

/// A message, taken apart into its fields.
#[derive(Clone, Debug)]
pub(crate) struct Message<'a> {
    what: &'static str,
    at: Span,
    entries: Vec<Entry<'a>>,
}

impl<'a> Message<'a> {
    /// Reads `bytes`, which begin at `offset` of the input.
    ///
    /// # Errors
    /// When a field is cut short, has an unknown wire type or the number zero, when a varint is
    /// longer than it needs to be, or when there are too many fields.
    pub(crate) fn parse(what: &'static str, bytes: &'a [u8], offset: usize) -> Result<Self, Error> {
        let mut entries = Vec::new();
        let mut position = 0_usize;
        while position < bytes.len() {
            if entries.len() >= MAX_FIELDS {
                let len = entries.len().saturating_add(1);
                return Err(Error::TooLarge { what, len, max: MAX_FIELDS });
            }
            let start = position;
            let fail = |why: &'static str| {
                Error::malformed(what, Span::new(offset.saturating_add(start), 1), why)
            };
            let key = varint(bytes, &mut position).ok_or_else(|| fail("a field has no key"))?;
            let number =
                u32::try_from(key >> 3).map_err(|_| fail("a field's number is too large"))?;
            if number == 0 {
                return Err(fail("a field has the number zero"));
            }
            let value = value(key & 7, bytes, &mut position)
                .ok_or_else(|| fail("a field is cut short or of an unknown type"))?;
            let len = match value {
                Wire::Bytes(bytes) => bytes.len(),
                _ => position.saturating_sub(start),
            };
            let from = offset.saturating_add(position).saturating_sub(len);
            entries.push(Entry { number, value, span: Span::new(from, len) });
        }
        Ok(Self { what, at: Span::new(offset, bytes.len()), entries })
    }

    /// Refuses any field that is not among `known`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with the number.
    pub(crate) fn only(&self, known: &[u32]) -> Result<(), Error> {
        match self.entries.iter().find(|entry| !known.contains(&entry.number)) {
            Some(entry) => {
                Err(Error::unsupported(self.what, format!("field {}", entry.number), entry.span))
            }
            None => Ok(()),
        }
    }

    /// The values of a repeated field of bytes, with their places.
    ///
    /// # Errors
    /// When one of them is a number.
    pub(crate) fn repeated(&self, number: u32) -> Result<Vec<(&'a [u8], Span)>, Error> {
        let own = self.entries.iter().filter(|entry| entry.number == number);
        own.map(|entry| match entry.value {
            Wire::Bytes(bytes) => Ok((bytes, entry.span)),
            _ => Err(self.wrong(number, "it is not of bytes")),
        })
        .collect()
    }

    /// The bytes of a field, with their place, when it is there.
    ///
    /// # Errors
    /// When it is there twice, or is a number.
    pub(crate) fn bytes(&self, number: u32) -> Result<Option<(&'a [u8], Span)>, Error> {
        match self.repeated(number)?.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(self.wrong(number, "it is there twice")),
        }
    }

    /// The bytes of a field, or nothing when it is absent (proto3 leaves out what is empty).
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(crate) fn bytes_or_empty(&self, number: u32) -> Result<&'a [u8], Error> {
        Ok(self.bytes(number)?.map(|(bytes, _)| bytes).unwrap_or_default())
    }

    /// Exactly `N` bytes.
    ///
    /// # Errors
    /// As [`Self::bytes`], and when there are more or fewer.
    pub(crate) fn array<const N: usize>(&self, number: u32) -> Result<[u8; N], Error> {
        let bytes = self.bytes_or_empty(number)?;
        bytes.try_into().map_err(|_| self.wrong(number, "it has another length"))
    }

    /// A number, zero when the field is absent.
    ///
    /// # Errors
    /// When it is there twice, or is not a number.
    pub(crate) fn number(&self, number: u32) -> Result<u64, Error> {
        let mut own = self.entries.iter().filter(|entry| entry.number == number);
        let value = match own.next().map(|entry| entry.value) {
            None => 0,
            Some(Wire::Varint(value) | Wire::Fixed64(value)) => value,
            Some(Wire::Fixed32(value)) => u64::from(value),
            Some(Wire::Bytes(_)) => return Err(self.wrong(number, "it is not a number")),
        };
        if own.next().is_some() {
            return Err(self.wrong(number, "it is there twice"));
        }
        Ok(value)
    }

    /// A 32-bit number, zero when the field is absent.
    ///
    /// # Errors
    /// As [`Self::number`], and when it is larger.
    pub(crate) fn number32(&self, number: u32) -> Result<u32, Error> {
        u32::try_from(self.number(number)?).map_err(|_| self.wrong(number, "it is too large"))
    }

    fn wrong(&self, number: u32, why: &str) -> Error {
        Error::malformed(self.what, self.at, format!("field {number}: {why}"))
    }
}

fn value<'a>(kind: u64, bytes: &'a [u8], position: &mut usize) -> Option<Wire<'a>> {
    let mut take = |len: usize| {
        let taken = bytes.get(*position..position.checked_add(len)?)?;
        *position = position.checked_add(len)?;
        Some(taken)
    };
    match kind {
        1 => Some(Wire::Fixed64(u64::from_le_bytes(take(8)?.try_into().ok()?))),
        5 => Some(Wire::Fixed32(u32::from_le_bytes(take(4)?.try_into().ok()?))),
        0 => varint(bytes, position).map(Wire::Varint),
        2 => {
            let len = usize::try_from(varint(bytes, position)?).ok()?;
            let taken = bytes.get(*position..position.checked_add(len)?)?;
            *position = position.checked_add(len)?;
            Some(Wire::Bytes(taken))
        }
        _ => None,
    }
}

/// A number of seven bits a byte, the lowest first, in its shortest form.
fn varint(bytes: &[u8], position: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64_u32).step_by(7) {
        let byte = *bytes.get(*position)?;
        *position = position.checked_add(1)?;
        let bits = u64::from(byte & 0x7f);
        let placed = bits.checked_shl(shift)?;
        if placed >> shift != bits {
            return None;
        }
        value |= placed;
        if byte < 0x80 {
            let shortest = byte != 0 || shift == 0;
            return shortest.then_some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Message<'_>, Error> {
        Message::parse("test", bytes, 0)
    }

    #[test]
    fn the_examples_of_the_format_are_read() {
        // protobuf.dev, "Encoding": {a: 150}, and {b: "testing"}.
        assert_eq!(parse(&[0x08, 0x96, 0x01]).unwrap().number(1), Ok(150));
        let bytes = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
        let message = parse(&bytes).unwrap();
        assert_eq!(message.bytes(2), Ok(Some((&b"testing"[..], Span::new(2, 7)))));
        assert_eq!(message.number(1), Ok(0), "proto3 leaves out what is zero");
    }

    #[test]
    fn other_encodings_of_the_same_are_refused() {
        for bytes in [
            &[0x08, 0x96, 0x81, 0x00][..],
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            &[0x00, 0x01],
            &[0x0b, 0x0c],
            &[0x12, 0x07, 0x74],
            &[0x08],
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
        assert!(parse(&[0x08, 1, 0x08, 1]).unwrap().number(1).is_err(), "twice");
        assert!(parse(&[0x08, 1]).unwrap().bytes(1).is_err(), "another type");
        assert!(parse(&[0x08, 1]).unwrap().only(&[2]).is_err(), "an unknown field");
    }
}
