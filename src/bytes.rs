//! Bounds-checked reading of untrusted bytes.

use crate::error::Error;
use crate::span::Span;

/// Where `part` first stands in `whole`. The search goes from one occurrence of a byte of `part` to the
/// next: a comparison at every place is several times slower. The byte is one that is rare in base64 and
/// hex, where there is one.
pub(crate) fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    let place = part.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or_default();
    let Some(byte) = part.get(place) else { return Some(0) };
    let mut passed = 0_usize;
    loop {
        let rest = whole.get(passed..)?;
        let next = memchr::memchr(*byte, rest.get(place..)?)?;
        if rest.get(next..)?.starts_with(part) {
            return passed.checked_add(next);
        }
        passed = passed.checked_add(next)?.checked_add(1)?;
    }
}

/// Where `byte` first stands in `whole`.
pub(crate) fn first(byte: u8, whole: &[u8]) -> Option<usize> {
    memchr::memchr(byte, whole)
}

/// Text without white space, copied line by line.
pub(crate) fn without_space(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    text.split(u8::is_ascii_whitespace).for_each(|line| plain.extend_from_slice(line));
    plain
}

/// Reads fields one after another and never past the end.
///
/// Every method names the field it reads, so that a short input ends in an [`Error`] that says
/// which field was cut and at which offset.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte of `data`.
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    /// Offset of the next byte.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Bytes that are left.
    pub fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.position)
    }

    /// Takes `len` bytes.
    ///
    /// # Errors
    /// [`Error::Malformed`] when fewer are left; the reader does not move then.
    pub fn take(&mut self, what: &'static str, len: usize) -> Result<&'a [u8], Error> {
        let span = Span::new(self.position, len);
        match span.of(self.data) {
            Some(bytes) => {
                self.position = span.end();
                Ok(bytes)
            }
            None => Err(Error::truncated(what, self.position, len, self.remaining())),
        }
    }

    /// Takes an array of `N` bytes.
    ///
    /// # Errors
    /// As [`Reader::take`].
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Error> {
        let start = self.position;
        let bytes = self.take(what, N)?;
        <[u8; N]>::try_from(bytes).map_err(|_| Error::truncated(what, start, N, bytes.len()))
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// As [`Reader::take`].
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Error> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Takes a little-endian 16-bit number.
    ///
    /// # Errors
    /// As [`Reader::take`].
    pub(crate) fn u16_le(&mut self, what: &'static str) -> Result<u16, Error> {
        self.array(what).map(u16::from_le_bytes)
    }

    /// Takes a little-endian 32-bit number.
    ///
    /// # Errors
    /// As [`Reader::take`].
    pub(crate) fn u32_le(&mut self, what: &'static str) -> Result<u32, Error> {
        self.array(what).map(u32::from_le_bytes)
    }

    /// Takes a little-endian 64-bit number.
    ///
    /// # Errors
    /// As [`Reader::take`].
    pub(crate) fn u64_le(&mut self, what: &'static str) -> Result<u64, Error> {
        self.array(what).map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_input_names_field_and_offset() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u16_le("first"), Ok(0x0201));
        let error = reader.u32_le("second").unwrap_err();
        assert_eq!(error.span(), Some(Span::new(2, 4)));
        assert!(error.to_string().contains("second"), "{error}");
        assert_eq!(reader.u8("third"), Ok(3), "a failed read does not move");
    }

    #[test]
    fn part_is_found_where_it_first_stands() {
        let whole = b"ab-ab-c-ab-d";
        for part in [&b"ab-c"[..], b"ab-d", b"b-a", b"-ab-", b"d", b"c-", b"", b"ab-ab-c-ab-d"] {
            let expected = whole.windows(part.len().max(1)).position(|own| own.starts_with(part));
            assert_eq!(find(whole, part), expected, "{part:?}");
        }
        for part in [&b"ab-e"[..], b"-e", b"e", b"ab-ab-c-ab-d-"] {
            assert_eq!(find(whole, part), None, "{part:?}");
        }
        assert_eq!(find(b"", b"-a"), None);
    }

    #[test]
    fn span_past_the_end_gives_nothing() {
        assert_eq!(Span::new(2, 2).of(&[0, 1, 2]), None);
        assert_eq!(Span::new(usize::MAX, 2).of(&[0]), None);
        assert_eq!(Span::new(1, 2).of(&[0, 1, 2]), Some(&[1_u8, 2][..]));
    }
}
