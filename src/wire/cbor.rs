//! CBOR (RFC 8949) read strictly: every length and number in its shortest form (section 4.2.1),
//! strings of definite length, and a span for everything that is read.

use minicbor::Decoder;
use minicbor::data::Type;

use crate::error::Error;
use crate::span::Span;

/// Reads items one after another.
pub(crate) struct Reader<'a> {
    what: &'static str,
    decoder: Decoder<'a>,
    /// Where the first byte stands in the whole document.
    base: usize,
}

/// The number of entries of a map, or an end that is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entries {
    Counted(u64),
    Marked,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(what: &'static str, bytes: &'a [u8], base: usize) -> Self {
        Self { what, decoder: Decoder::new(bytes), base }
    }

    /// Refuses bytes after the last item.
    pub(crate) fn end(&self) -> Result<(), Error> {
        let left = self.decoder.input().len().saturating_sub(self.decoder.position());
        if left == 0 {
            return Ok(());
        }
        Err(Error::malformed(
            self.what,
            self.span(self.decoder.position(), left),
            "bytes follow it",
        ))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.decoder.datatype(), Ok(Type::Null))
    }

    pub(crate) fn is_tag(&self) -> bool {
        matches!(self.decoder.datatype(), Ok(Type::Tag))
    }

    /// Whether the end of a [`Entries::Marked`] map comes next.
    pub(crate) fn is_break(&self) -> bool {
        matches!(self.decoder.datatype(), Ok(Type::Break))
    }

    pub(crate) fn tag(&mut self) -> Result<u64, Error> {
        self.item(|decoder| decoder.tag().map(|tag| tag.as_u64()), |tag| head_len(*tag))
            .map(|(tag, _)| tag)
    }

    pub(crate) fn null(&mut self) -> Result<(), Error> {
        self.item(Decoder::null, |()| 1).map(|_| ())
    }

    /// Takes the mark at the end of a map; the caller has seen that it is there.
    pub(crate) fn skip_break(&mut self) {
        self.decoder.set_position(self.decoder.position().saturating_add(1));
    }

    pub(crate) fn number(&mut self) -> Result<(u64, Span), Error> {
        self.item(Decoder::u64, |number| head_len(*number))
    }

    pub(crate) fn bytes(&mut self) -> Result<(&'a [u8], Span), Error> {
        let len = |bytes: &&'a [u8]| string_len(bytes.len());
        self.item(Decoder::bytes, len).map(|(bytes, span)| (bytes, content(span, bytes.len())))
    }

    pub(crate) fn text(&mut self) -> Result<(&'a str, Span), Error> {
        let len = |text: &&'a str| string_len(text.len());
        self.item(Decoder::str, len).map(|(text, span)| (text, content(span, text.len())))
    }

    pub(crate) fn array(&mut self) -> Result<u64, Error> {
        let read = |decoder: &mut Decoder<'a>| {
            decoder.array()?.ok_or_else(|| minicbor::decode::Error::message("no length"))
        };
        self.item(read, |len| head_len(*len)).map(|(len, _)| len)
    }

    /// The start of a map. The security module of newer machines writes the payload's map without
    /// a count; the caller says whether that is allowed.
    pub(crate) fn map(&mut self) -> Result<Entries, Error> {
        let read = |decoder: &mut Decoder<'a>| {
            Ok(decoder.map()?.map_or(Entries::Marked, Entries::Counted))
        };
        let len = |entries: &Entries| match entries {
            Entries::Counted(len) => head_len(*len),
            Entries::Marked => 1,
        };
        self.item(read, len).map(|(entries, _)| entries)
    }

    pub(crate) fn malformed(&self, span: Span, why: &'static str) -> Error {
        Error::malformed(self.what, span, why)
    }

    fn item<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'a>) -> Result<T, minicbor::decode::Error>,
        shortest: impl FnOnce(&T) -> usize,
    ) -> Result<(T, Span), Error> {
        let start = self.decoder.position();
        let value = read(&mut self.decoder)
            .map_err(|error| Error::malformed(self.what, self.span(start, 1), error.to_string()))?;
        let span = self.span(start, self.decoder.position().saturating_sub(start));
        if span.len == shortest(&value) {
            Ok((value, span))
        } else {
            Err(Error::malformed(self.what, span, "it is not written in the shortest form"))
        }
    }

    fn span(&self, start: usize, len: usize) -> Span {
        Span::new(self.base.saturating_add(start), len)
    }
}

/// The head of a byte string of `len` bytes, which are fewer than 65536.
pub(crate) fn string_head(len: usize) -> Vec<u8> {
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len @ 0..=23), _) => vec![0x40 | len],
        (Ok(len), _) => vec![0x58, len],
        (_, len) => [&[0x59][..], &len.unwrap_or(u16::MAX).to_be_bytes()].concat(),
    }
}

/// Length of the shortest head with this argument.
fn head_len(argument: u64) -> usize {
    match argument {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

fn string_len(len: usize) -> usize {
    u64::try_from(len).map_or(9, head_len).saturating_add(len)
}

/// The content of a string within the span of its item.
fn content(item: Span, len: usize) -> Span {
    Span::new(item.end().saturating_sub(len), len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> Result<u64, Error> {
        Reader::new("test", bytes, 0).number().map(|(number, _)| number)
    }

    /// RFC 8949, appendix A, and the same numbers in longer forms.
    #[test]
    fn numbers_are_read_in_their_shortest_form_only() {
        for (hex, expected) in [("17", 23), ("1818", 24), ("190100", 256), ("1a00010000", 65_536)] {
            assert_eq!(number(&hex::decode(hex).unwrap()), Ok(expected));
        }
        for hex in ["1817", "190018", "1a000000ff", "1b0000000000000001", "", "19", "20"] {
            assert!(number(&hex::decode(hex).unwrap()).is_err(), "{hex}");
        }
    }

    #[test]
    fn strings_have_a_definite_shortest_length_and_a_span() {
        let mut reader = Reader::new("test", b"\x43abc\x62de", 10);
        assert_eq!(reader.bytes(), Ok((&b"abc"[..], Span::new(11, 3))));
        assert_eq!(reader.text(), Ok(("de", Span::new(15, 2))));
        for wrong in [&b"\x5f\x41a\xff"[..], b"\x58\x03abc", b"\x43ab", b"\x62de"] {
            assert!(Reader::new("test", wrong, 0).bytes().is_err(), "{wrong:x?}");
        }
    }

    #[test]
    fn bytes_after_the_last_item_are_refused() {
        let mut reader = Reader::new("test", &[1, 2], 5);
        reader.number().unwrap();
        assert_eq!(reader.end().unwrap_err().span(), Some(Span::new(6, 1)));
    }
}
