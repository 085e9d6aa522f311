//! Strict JSON: size and depth are limited, and a member that appears twice is an error.
//!
//! Two parsers that read `{"a":1,"a":2}` differently can be made to disagree about signed
//! bytes; here such bytes are refused before they are given a meaning.

#[cfg(test)]
mod agreement;
mod indented;
mod items;
mod reader;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

pub(crate) use indented::indented;

use self::reader::Reader;
use crate::error::Error;
use crate::sorted::Sorted as _;
use crate::span::Span;

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
    borrowed(what, bytes)
}

/// Reads `bytes` as `T`, which may borrow from them. The caller has called [`unique`].
pub(crate) fn borrowed<'a, T: Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<T, Error> {
    let malformed = |at, why| Error::malformed(what, Span::new(at, 1), why);
    let text = str::from_utf8(bytes)
        .map_err(|error| malformed(error.valid_up_to(), "invalid unicode code point".to_owned()))?;
    let mut reader = Reader::new(text);
    T::deserialize(&mut reader).map_err(|fault| malformed(reader.last(), fault.to_string()))
}

/// Reads `bytes` as `T`; `None` when they are something else. For what is told apart by whether it can be read: a
/// member that appears twice is no reason here, and is one for whoever reads the document for what it says.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let _: IgnoredAny = serde_json::from_slice(bytes).ok()?;
    T::deserialize(&mut Reader::new(str::from_utf8(bytes).ok()?)).ok()
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

/// The names of an object's members: what JSON is told apart by. Read once for everybody who asks.
pub(crate) struct Names<'a>(Vec<Cow<'a, str>>);

impl<'a> Names<'a> {
    /// The names in `json`; `None` when it is not one object.
    pub(crate) fn of(json: &'a [u8]) -> Option<Self> {
        let is_object = json.trim_ascii_start().starts_with(b"{");
        is_object.then(|| serde_json::from_slice(json).ok()).flatten()
    }

    /// Whether there is such a member, whatever its value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|own| own == name)
    }

    /// Each name once, in the order of their bytes.
    pub(crate) fn sorted(&self) -> BTreeSet<&str> {
        self.0.iter().map(|name| &**name).collect()
    }
}

impl<'de> Deserialize<'de> for Names<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Names<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names<'de>, A::Error> {
                let mut names = Vec::new();
                while let Some((Name(name), IgnoredAny)) = members.next_entry()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The name of a member: borrowed where it is written without escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Where the value of a top-level member of an object stands, when there is such a member.
pub(crate) fn member(document: &[u8], name: &str) -> Option<Span> {
    Places::of(document).find(name)
}

/// Where the values of an object's members stand, for whoever asks about several.
pub(crate) struct Places<'a> {
    document: &'a [u8],
    members: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

impl<'a> Places<'a> {
    /// Those in `document`; none when it is not one object.
    pub(crate) fn of(document: &'a [u8]) -> Self {
        Self { document, members: read(document).unwrap_or_default() }
    }

    /// Where the value of a member stands, when there is such a member.
    pub(crate) fn find(&self, name: &str) -> Option<Span> {
        self.members.get(name).map(|value| span_of(self.document, value))
    }
}

/// The lines of `bytes`, when there are several and each of them is an object of JSON.
pub(crate) fn lines(bytes: &[u8]) -> Option<Vec<&RawValue>> {
    let text = bytes.trim_ascii();
    let end = crate::bytes::first(b'\n', text)?;
    let (first, rest) = text.split_at_checked(end)?;
    let is_line = first.starts_with(b"{") && first.trim_ascii_end().ends_with(b"}");
    if !is_line || !rest.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(read).collect()
}

/// The members of an object, each as it stands in the document. `null` is the same as none.
pub(crate) struct Members<'a> {
    what: &'static str,
    members: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

impl<'a> Members<'a> {
    /// Reads an object; the caller has called [`unique`].
    pub(crate) fn parse(what: &'static str, object: &'a str) -> Result<Self, Error> {
        borrowed(what, object.as_bytes()).map(|members| Self { what, members })
    }

    /// Whether there is such a member.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether each of these members stands in `whole` with the same text.
    pub(crate) fn is_part_of(&self, whole: &Self) -> bool {
        self.members.keys().all(|name| self.raw(name) == whole.raw(name))
    }

    /// The member as it stands.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.members.get(name).map(|value| value.get()).filter(|text| *text != "null")
    }

    /// The object without a member, in the order of the names.
    pub(crate) fn without(&self, name: &str) -> String {
        let others = self.members.iter().filter(|(own, _)| *own != name);
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let members = others.map(|(own, value)| format!("{}:{}", quoted(own), value.get()));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    /// A member that is a text; an empty one is the same as none.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let read = |raw: &str| borrowed::<String>(self.what, raw.as_bytes());
        Ok(self.raw(name).map(read).transpose()?.filter(|text| !text.is_empty()))
    }

    /// A member that holds JSON, as text or as it is.
    pub(crate) fn embedded(&self, name: &str) -> Result<Option<Cow<'a, str>>, Error> {
        match self.raw(name) {
            Some(raw) if !raw.starts_with('"') => Ok(Some(Cow::Borrowed(raw))),
            _ => Ok(self.text(name)?.map(Cow::Owned)),
        }
    }

    /// The elements of a member that is an array, each as it stands.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<&'a str>, Error> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let elements: Vec<&RawValue> = borrowed(self.what, raw.as_bytes())?;
        Ok(elements.into_iter().map(RawValue::get).collect())
    }
}

/// Compact JSON in which the members of every object that `first` names come in its order, and the
/// others after them in the order of their names' bytes. Numbers stay as they stand. The caller has
/// called [`unique`].
pub(crate) fn ordered(what: &'static str, json: &str, first: &[&str]) -> Result<String, Error> {
    let mut out = String::with_capacity(json.len());
    write_ordered(what, json, first, &mut out)?;
    Ok(out)
}

fn write_ordered(
    what: &'static str,
    json: &str,
    first: &[&str],
    out: &mut String,
) -> Result<(), Error> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    match json.bytes().next() {
        Some(b'{') => {
            out.push('{');
            let members = Members::parse(what, json)?.members;
            let mut members: Vec<_> = members.iter().collect();
            let place = |name: &str| first.iter().position(|own| *own == name);
            members.sorted_by_key(|(name, _)| place(name).unwrap_or(first.len()));
            for (index, (name, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&quoted(name));
                out.push(':');
                write_ordered(what, value.get(), first, out)?;
            }
            out.push('}');
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = borrowed(what, json.as_bytes())?;
            out.push('[');
            for (index, value) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_ordered(what, value.get(), first, out)?;
            }
            out.push(']');
        }
        Some(b'"') => out.push_str(&quoted(&borrowed::<String>(what, json.as_bytes())?)),
        _ => out.push_str(json),
    }
    Ok(())
}

/// The canonical form of JSON (RFC 8785) where it needs no rule about numbers or about other
/// alphabets: names of ASCII, and integers below 2^53 in their one spelling. The caller has called
/// [`unique`].
///
/// # Errors
/// When there is another name or number.
pub(crate) fn canonical(what: &'static str, json: &str) -> Result<String, Error> {
    if is_plain(what, json)? {
        return ordered(what, json, &[]);
    }
    let whole = Span::new(0, json.len());
    Err(Error::malformed(what, whole, "a name is not ASCII, or a number is no plain integer"))
}

fn is_plain(what: &'static str, json: &str) -> Result<bool, Error> {
    const SAFE: u64 = 1 << 53;
    let all = |values: Vec<&RawValue>| {
        let plain = values.into_iter().map(|value| is_plain(what, value.get()));
        plain.collect::<Result<Vec<_>, _>>().map(|plain| plain.into_iter().all(|is| is))
    };
    Ok(match json.bytes().next() {
        Some(b'{') => {
            let members = Members::parse(what, json)?.members;
            members.keys().all(|name| name.is_ascii()) && all(members.into_values().collect())?
        }
        Some(b'[') => all(borrowed(what, json.as_bytes())?)?,
        Some(b'-' | b'0'..=b'9') => {
            let digits = json.strip_prefix('-').unwrap_or(json);
            let number = digits.parse::<u64>().ok().filter(|number| *number < SAFE);
            number.is_some_and(|number| number.to_string() == digits) && json != "-0"
        }
        _ => true,
    })
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

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
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
        while let Some(Name(name)) = members.next_key()? {
            if let Some(name) = names.replace(name) {
                return Err(serde::de::Error::custom(format!(
                    "the member \"{name}\" appears twice"
                )));
            }
            members.next_value_seed(Self)?;
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

    /// What Python's `json.dumps(x, sort_keys=True, separators=(",", ":"), ensure_ascii=False)` gives.
    #[test]
    fn sorted_text_is_compact_and_ordered_at_any_depth() {
        let json =
            r#" [{"b": [1, 2.50, null], "a": {"\u00e9": "\/\n", "Z": true}}, {}, []] "#.trim();
        let expected = r#"[{"a":{"Z":true,"é":"/\n"},"b":[1,2.50,null]},{},[]]"#;
        assert_eq!(ordered("test", json, &[]).unwrap(), expected);
    }

    /// RFC 8785 section 3.2: the literals, and what it escapes.
    #[test]
    fn canonical_text_is_that_of_rfc_8785_or_refused() {
        let json = r#"{ "b": [56, -3, true, null], "a": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/" }"#;
        let expected = r#"{"a":"€$\u000f\nA'B\"\\\\\"/","b":[56,-3,true,null]}"#;
        assert_eq!(canonical("test", json).unwrap(), expected);
        for refused in
            ["[1.0]", "[1e3]", "[-0]", "[9007199254740992]", "{\"é\":1}", "[{\"a\":[0.5]}]"]
        {
            assert!(canonical("test", refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn errors_carry_the_offset() {
        let error = unique("test", b"{\n \"a\": nope}").unwrap_err();
        assert_eq!(error.span().map(|span| span.start), Some(9), "{error}");
        assert!(unique("test", b"{} {}").is_err(), "one value only");
    }
}
