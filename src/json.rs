//! Strict JSON: size and depth are limited, and a member that appears twice is an error.
//!
//! Two parsers that read `{"a":1,"a":2}` differently can be made to disagree about signed
//! bytes; here such bytes are refused before they are given a meaning.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::bytes::Span;
use crate::error::Error;

/// Reads `bytes` as `T`, refusing duplicate members anywhere in the document.
///
/// # Errors
/// [`Error::Malformed`] with the offset at which reading stopped. serde_json limits nesting to
/// 128 levels.
pub(crate) fn from_slice<T: DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
) -> Result<T, Error> {
    unique(what, bytes)?;
    serde_json::from_slice(bytes).map_err(|error| located(what, bytes, &error))
}

/// Reads `bytes` as `T`, which may borrow from them. The caller has called [`unique`].
pub(crate) fn borrowed<'a, T: serde::Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| located(what, bytes, &error))
}

/// Refuses a document with a member that appears twice in one object, or that is not one JSON
/// value.
pub(crate) fn unique(what: &'static str, bytes: &[u8]) -> Result<(), Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Unique
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| located(what, bytes, &error))
}

/// Where a value that was borrowed from `document` stands in it.
pub(crate) fn span_of(document: &[u8], value: &RawValue) -> Span {
    let text = value.get();
    let start = text.as_ptr().addr().checked_sub(document.as_ptr().addr());
    start.map_or(Span::new(0, 0), |start| Span::new(start, text.len()))
}

/// Where the value of a top-level member of an object stands, when there is such a member.
pub(crate) fn member(document: &[u8], name: &str) -> Option<Span> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(document).ok()?;
    members.get(name).map(|value| span_of(document, value))
}

/// Turns serde_json's line and column into an offset.
fn located(what: &'static str, bytes: &[u8], error: &serde_json::Error) -> Error {
    let lines = error.line().saturating_sub(1);
    let before: usize = bytes
        .split(|&byte| byte == b'\n')
        .take(lines)
        .map(|line| line.len().saturating_add(1))
        .sum();
    let offset = before.saturating_add(error.column().saturating_sub(1)).min(bytes.len());
    let text = error.to_string();
    let why = text.split(" at line ").next().unwrap_or_default().to_owned();
    Error::malformed(what, Span::new(offset, 1), why)
}

struct Unique;

impl<'de> DeserializeSeed<'de> for Unique {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if names.contains(&name) {
                return Err(serde::de::Error::custom(format!(
                    "the member \"{name}\" appears twice"
                )));
            }
            members.next_value_seed(Self)?;
            names.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_members_are_refused_at_any_depth() {
        assert!(unique("test", br#"{"a":1,"b":{"a":1}}"#).is_ok());
        let error = unique("test", br#"{"b":[{"a":1,"a":1}]}"#).unwrap_err();
        assert!(error.to_string().contains("\"a\" appears twice"), "{error}");
        assert!(unique("test", br#"{"a":1,"\u0061":2}"#).is_err(), "escapes are the same name");
    }

    #[test]
    fn errors_carry_the_offset() {
        let error = unique("test", b"{\n \"a\": nope}").unwrap_err();
        assert_eq!(error.span().map(|span| span.start), Some(9), "{error}");
        assert!(unique("test", b"{} {}").is_err(), "one value only");
    }
}
