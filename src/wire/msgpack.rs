//! MessagePack (msgpack specification, 2013 and later): maps with text keys, lists, text, bytes
//! and whole numbers that are not negative. Other values are passed over, and refused where one of
//! these is expected.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Error;
use crate::span::Span;

/// How deep values may lie in each other.
const MAX_DEPTH: usize = 8;

/// The most members of a map.
const MAX_MEMBERS: usize = 64;

/// One value as it is encoded, and where it stands in the whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    what: &'static str,
    bytes: &'a [u8],
    at: usize,
}

/// What a value's first bytes say, without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    Number(u64),
    Text(usize),
    Bytes(usize),
    List(usize),
    Map(usize),
    /// Anything else, with so many bytes behind its head.
    Other(usize),
}

/// The values of a map or a list that follow each other.
struct Values<'a> {
    what: &'static str,
    rest: &'a [u8],
    at: usize,
}

impl<'a> Value<'a> {
    /// The one value that the bytes are.
    ///
    /// # Errors
    /// When they are cut, or longer than one value, or nested too deep.
    pub(crate) fn of(what: &'static str, bytes: &'a [u8]) -> Result<Self, Error> {
        let mut values = Values { what, rest: bytes, at: 0 };
        let value = values.next()?;
        match values.rest {
            [] => Ok(value),
            rest => Err(Error::malformed(what, Span::new(values.at, rest.len()), "bytes follow")),
        }
    }

    /// The members of a map by their names.
    ///
    /// # Errors
    /// When it is no map, when a key is no text or stands there twice, or when there are too many.
    pub(crate) fn map(self) -> Result<BTreeMap<&'a str, Self>, Error> {
        let Some((Head::Map(len), mut values)) = self.head() else {
            return Err(self.error("a map is expected"));
        };
        if len > MAX_MEMBERS {
            return Err(self.error("it has too many members"));
        }
        let mut members = BTreeMap::new();
        for _ in 0..len {
            let name = values.next()?.text()?;
            if members.insert(name, values.next()?).is_some() {
                return Err(self.error("a member stands there twice"));
            }
        }
        Ok(members)
    }

    /// The values of a list, at most `max`.
    ///
    /// # Errors
    /// When it is no list, or longer.
    pub(crate) fn list(self, max: usize) -> Result<Vec<Self>, Error> {
        match self.head() {
            Some((Head::List(len), _)) if len > max => Err(self.error("the list is too long")),
            Some((Head::List(len), mut values)) => (0..len).map(|_| values.next()).collect(),
            _ => Err(self.error("a list is expected")),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn text(self) -> Result<&'a str, Error> {
        let text = match self.head() {
            Some((Head::Text(_), values)) => std::str::from_utf8(values.rest).ok(),
            _ => None,
        };
        text.ok_or_else(|| self.error("text is expected"))
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn number(self) -> Result<u64, Error> {
        match self.head() {
            Some((Head::Number(number), _)) => Ok(number),
            _ => Err(self.error("a number is expected")),
        }
    }

    /// Bytes, or a list of numbers up to 255: serde's form of bytes that nothing marks as such.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn bytes(self) -> Result<Cow<'a, [u8]>, Error> {
        match self.head() {
            Some((Head::Bytes(_), values)) => Ok(Cow::Borrowed(values.rest)),
            Some((Head::List(len), mut values)) => (0..len)
                .map(|_| {
                    let number = values.next()?;
                    let byte = number.number().ok().and_then(|number| u8::try_from(number).ok());
                    byte.ok_or_else(|| number.error("a byte is expected"))
                })
                .collect::<Result<Vec<u8>, _>>()
                .map(Cow::Owned),
            _ => Err(self.error("bytes are expected")),
        }
    }

    pub(crate) fn error(&self, why: &'static str) -> Error {
        Error::malformed(self.what, Span::new(self.at, self.bytes.len()), why)
    }

    /// The head, and what stands behind it.
    fn head(&self) -> Option<(Head, Values<'a>)> {
        let (head, len) = head(self.bytes)?;
        let at = self.at.saturating_add(len);
        Some((head, Values { what: self.what, rest: self.bytes.get(len..)?, at }))
    }
}

impl<'a> Values<'a> {
    fn next(&mut self) -> Result<Value<'a>, Error> {
        let len = length(self.rest, MAX_DEPTH);
        let Some((bytes, rest)) = len.and_then(|len| self.rest.split_at_checked(len)) else {
            let at = Span::new(self.at, self.rest.len());
            return Err(Error::malformed(self.what, at, "a value is cut or nested too deep"));
        };
        let value = Value { what: self.what, bytes, at: self.at };
        self.rest = rest;
        self.at = self.at.saturating_add(bytes.len());
        Ok(value)
    }
}

/// How long the first value of `bytes` is, with what lies in it.
fn length(bytes: &[u8], depth: usize) -> Option<usize> {
    let (head, own) = head(bytes)?;
    let count = match head {
        Head::Number(_) => return Some(own),
        Head::Text(len) | Head::Bytes(len) | Head::Other(len) => {
            return own.checked_add(len).filter(|end| *end <= bytes.len());
        }
        Head::List(count) => count,
        Head::Map(count) => count.checked_mul(2)?,
    };
    let below = depth.checked_sub(1)?;
    let mut end = own;
    for _ in 0..count {
        end = end.checked_add(length(bytes.get(end..)?, below)?)?;
    }
    Some(end)
}

/// The head of the first value, and how long it is.
fn head(bytes: &[u8]) -> Option<(Head, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let size = |at: usize| -> Option<u64> {
        let digits = rest.get(..at)?;
        Some(digits.iter().fold(0, |number, digit| number << 8_u32 | u64::from(*digit)))
    };
    let count = |at: usize| usize::try_from(size(at)?).ok();
    let low = |mask: u8| usize::from(first & mask);
    let (head, more): (Head, usize) = match first {
        0x00..=0x7f => (Head::Number(u64::from(first)), 0),
        0x80..=0x8f => (Head::Map(low(0x0f)), 0),
        0x90..=0x9f => (Head::List(low(0x0f)), 0),
        0xa0..=0xbf => (Head::Text(low(0x1f)), 0),
        // Nil, an unused form, no and yes, negative numbers of five bits.
        0xc0..=0xc3 | 0xe0..=0xff => (Head::Other(0), 0),
        0xc4 => (Head::Bytes(count(1)?), 1),
        0xc5 => (Head::Bytes(count(2)?), 2),
        0xc6 => (Head::Bytes(count(4)?), 4),
        // Extensions: a length, a type, and so many bytes.
        0xc7 => (Head::Other(count(1)?.checked_add(1)?), 1),
        0xc8 => (Head::Other(count(2)?.checked_add(1)?), 2),
        0xc9 => (Head::Other(count(4)?.checked_add(1)?), 4),
        0xca | 0xd2 => (Head::Other(4), 0),
        0xcb | 0xd3 => (Head::Other(8), 0),
        0xcc => (Head::Number(size(1)?), 1),
        0xcd => (Head::Number(size(2)?), 2),
        0xce => (Head::Number(size(4)?), 4),
        0xcf => (Head::Number(size(8)?), 8),
        0xd0 => (Head::Other(1), 0),
        0xd1 => (Head::Other(2), 0),
        // Extensions of one to sixteen bytes behind their type.
        0xd4 => (Head::Other(2), 0),
        0xd5 => (Head::Other(3), 0),
        0xd6 => (Head::Other(5), 0),
        0xd7 => (Head::Other(9), 0),
        0xd8 => (Head::Other(17), 0),
        0xd9 => (Head::Text(count(1)?), 1),
        0xda => (Head::Text(count(2)?), 2),
        0xdb => (Head::Text(count(4)?), 4),
        0xdc => (Head::List(count(2)?), 2),
        0xdd => (Head::List(count(4)?), 4),
        0xde => (Head::Map(count(2)?), 2),
        0xdf => (Head::Map(count(4)?), 4),
    };
    Some((head, more.checked_add(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Value<'_>, Error> {
        Value::of("test", bytes)
    }

    /// The specification's own forms.
    #[test]
    fn values_of_each_form_are_read() {
        for (bytes, number) in [
            (&[0x07][..], 7),
            (&[0xcc, 0x80], 0x80),
            (&[0xcd, 1, 0], 0x100),
            (&[0xce, 0, 1, 0, 0], 0x1_0000),
            (&[0xcf, 0, 0, 0, 1, 0, 0, 0, 0], 0x1_0000_0000),
        ] {
            assert_eq!(of(bytes).unwrap().number().unwrap(), number);
        }
        for bytes in [&[0xa2, b'h', b'i'][..], &[0xd9, 2, b'h', b'i'], &[0xda, 0, 2, b'h', b'i']] {
            assert_eq!(of(bytes).unwrap().text().unwrap(), "hi");
        }
        for bytes in [&[0xc4, 2, 1, 0xff][..], &[0x92, 1, 0xcc, 0xff], &[0xdc, 0, 2, 1, 0xcc, 0xff]]
        {
            assert_eq!(&*of(bytes).unwrap().bytes().unwrap(), [1, 0xff]);
        }
        let map = [0x82, 0xa1, b'a', 0x93, 1, 0xc0, 0xd4, 1, 1, 0xa1, b'b', 0xca, 0, 0, 0, 0];
        let members = of(&map).unwrap().map().unwrap();
        assert_eq!(members.keys().collect::<Vec<_>>(), [&"a", &"b"]);
        assert_eq!(members["a"].list(3).unwrap().len(), 3);
        assert!(members["a"].list(2).is_err() && members["b"].number().is_err());
    }

    #[test]
    fn what_is_cut_follows_or_lies_too_deep_is_refused() {
        let deep = [vec![0x91; MAX_DEPTH], vec![1]].concat();
        assert!(of(&deep).is_ok() && of(&[&[0x91][..], &deep].concat()).is_err());
        for bytes in [
            &[][..],
            &[0xa2, b'h'],
            &[0xcd, 1],
            &[0xdd, 0xff, 0xff, 0xff, 0xff],
            &[0xc6, 0xff, 0xff, 0xff, 0xff, 1],
            &[1, 1],
        ] {
            assert!(of(bytes).is_err(), "{bytes:x?}");
        }
        let twice = [0x82, 0xa1, b'a', 1, 0xa1, b'a', 1];
        assert!(of(&twice).unwrap().map().is_err());
        assert!(of(&[0x81, 1, 1]).unwrap().map().is_err(), "a key that is no text");
        assert!(of(&[0x92, 1, 0xcd, 1, 0]).unwrap().bytes().is_err(), "256 is no byte");
        assert!(of(&[0xa1, 0xff]).unwrap().text().is_err());
    }
}
