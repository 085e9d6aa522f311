//! The values of a document that is known to be JSON, read one after the other.
//!
//! Whether bytes are JSON is serde_json's to say, and its word comes first (see [`super::unique`]). What is left
//! is to walk over the text, once and without going back, and to hand each type its members. The reader is one
//! piece of code for all types, where serde_json's own is compiled again into each of them: 40 % of the verifier's
//! code for JSON. A struct is read from an object only, never from an array.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserializer, Expected, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::items::{Items, Raw};

/// The name under which [`serde_json::value::RawValue`] asks for the text of a value.
pub(super) const RAW: &str = "$serde_json::private::RawValue";

/// Objects and arrays within each other, at most: serde_json's own limit, which it does not have for values that it
/// leaves aside.
const MAX_DEPTH: u8 = 128;

/// Why a value is not what a type needs.
#[derive(Debug)]
pub(crate) struct Fault(pub(super) String);

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    #[cold]
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(match found {
            Unexpected::Unit => format!("invalid type: null, expected {expected}"),
            found => format!("invalid type: {found}, expected {expected}"),
        })
    }
}

/// A place in a document.
pub(crate) struct Reader<'de> {
    text: &'de str,
    at: usize,
    /// Objects and arrays around this place.
    depth: u8,
}

impl<'de> Reader<'de> {
    /// At the start of `text`, which is JSON.
    pub(crate) const fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The last byte that was read.
    pub(crate) const fn last(&self) -> usize {
        self.at.saturating_sub(1)
    }

    /// The next byte that is not white space; the reader stands on it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.at = self.at.saturating_add(space.count());
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes over one byte when it is `byte`.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at = self.at.saturating_add(usize::from(is));
        is
    }

    /// Goes over a string, and gives it with its quotes, and whether there is an escape in it.
    fn quoted(&mut self) -> Option<(&'de str, bool)> {
        let start = self.at;
        let (inner, has_escapes) = string(self.text.as_bytes().get(start.checked_add(1)?..)?)?;
        self.at = start.checked_add(inner)?.checked_add(2)?;
        Some((self.text.get(start..self.at)?, has_escapes))
    }

    /// Goes over a string, and gives what it says.
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, Fault> {
        match self.quoted().ok_or_else(not_json)? {
            (quoted, true) => serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| not_json()),
            (quoted, false) => {
                Ok(Cow::Borrowed(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()))
            }
        }
    }

    /// Goes over a number or a name, and gives it.
    fn word(&mut self) -> &'de str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        let end = rest.as_bytes().iter().position(is_end).unwrap_or(rest.len());
        self.at = self.at.saturating_add(end);
        rest.get(..end).unwrap_or_default()
    }

    /// Goes over one value of any kind, and gives its text.
    fn raw(&mut self) -> Option<&'de str> {
        match self.peek()? {
            b'{' | b'[' => {}
            b'"' => return self.quoted().map(|(quoted, _)| quoted),
            _ => return Some(self.word()),
        }
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut depth = 0_usize;
        loop {
            let byte = *bytes.get(at)?;
            at = at.checked_add(1)?;
            match byte {
                b'{' | b'[' => depth = depth.checked_add(1)?,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                b'"' => at = at.checked_add(string(bytes.get(at..)?)?.0)?.checked_add(1)?,
                _ => continue,
            }
            if depth == 0 {
                self.at = at;
                return self.text.get(start..at);
            }
        }
    }

    /// A number as serde_json reads it.
    fn number(&mut self) -> Result<serde_json::Number, Fault> {
        serde_json::from_str(self.word()).map_err(|_| not_json())
    }

    /// Goes into the object or array that `bracket` opens.
    fn enter(&mut self, bracket: u8, expected: &dyn Expected) -> Result<(), Fault> {
        if !self.eat(bracket) {
            return Err(self.other(expected));
        }
        self.depth = self.depth.saturating_add(1);
        match self.depth < MAX_DEPTH {
            true => Ok(()),
            false => Err(Fault("recursion limit exceeded".to_owned())),
        }
    }

    /// Leaves it again.
    pub(super) const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// What stands here is not what `expected` asks for.
    #[cold]
    fn other(&mut self, expected: &dyn Expected) -> Fault {
        match self.peek() {
            Some(b'{') => de::Error::invalid_type(Unexpected::Map, expected),
            Some(b'[') => de::Error::invalid_type(Unexpected::Seq, expected),
            Some(b'"') => match self.string() {
                Ok(text) => de::Error::invalid_type(Unexpected::Str(&text), expected),
                Err(fault) => fault,
            },
            Some(b'n') => de::Error::invalid_type(Unexpected::Unit, expected),
            Some(b't') => de::Error::invalid_type(Unexpected::Bool(true), expected),
            Some(b'f') => de::Error::invalid_type(Unexpected::Bool(false), expected),
            _ => match self.number() {
                Ok(number) => de::Error::invalid_type(unexpected(&number), expected),
                Err(fault) => fault,
            },
        }
    }
}

/// How long the string is that `rest` begins with, behind its first quote, and whether there is an escape in it.
fn string(rest: &[u8]) -> Option<(usize, bool)> {
    let mut len = memchr::memchr2(b'"', b'\\', rest)?;
    let has_escapes = rest.get(len) == Some(&b'\\');
    while rest.get(len)? == &b'\\' {
        len = len.checked_add(2)?;
        len = len.checked_add(memchr::memchr2(b'"', b'\\', rest.get(len..)?)?)?;
    }
    Some((len, has_escapes))
}

fn unexpected(number: &serde_json::Number) -> Unexpected<'static> {
    if let Some(value) = number.as_u64() {
        return Unexpected::Unsigned(value);
    }
    number
        .as_i64()
        .map_or_else(|| Unexpected::Float(number.as_f64().unwrap_or_default()), Unexpected::Signed)
}

/// Never seen: serde_json has read the document before.
#[cold]
fn not_json() -> Fault {
    Fault("this is not JSON".to_owned())
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.peek() {
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'n') => self.deserialize_unit(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.enter(b'{', &visitor)?;
        visitor.visit_map(Items::new(self, b'}'))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.enter(b'[', &visitor)?;
        let mut items = Items::new(self, b']');
        let value = visitor.visit_seq(&mut items)?;
        match items.next() {
            true => Err(de::Error::custom("trailing characters")),
            false => Ok(value),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.other(&visitor));
        }
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_str(&text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.peek() {
            Some(b't' | b'f') => visitor.visit_bool(self.word() == "true"),
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.peek() {
            Some(b'n') => {
                self.word();
                visitor.visit_unit()
            }
            _ => Err(self.other(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.other(&visitor));
        }
        let number = self.number()?;
        if let Some(value) = number.as_u64() {
            return visitor.visit_u64(value);
        }
        match number.as_i64() {
            Some(value) => visitor.visit_i64(value),
            None => visitor.visit_f64(number.as_f64().unwrap_or_default()),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.peek() {
            Some(b'n') => {
                self.word();
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match name == RAW {
            true => visitor.visit_map(Raw(self.raw().ok_or_else(not_json)?)),
            false => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.peek() {
            Some(b'"') => {
                let name = self.string()?;
                visitor.visit_enum(StrDeserializer::new(&name))
            }
            _ => {
                self.enter(b'{', &visitor)?;
                visitor.visit_enum(Items::new(self, b'}'))
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.raw().ok_or_else(not_json)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i8 i16 i32 i128 u128 f32 char bytes byte_buf }
}
