//! JSON as this verifier writes it: two spaces a level, one member or element a line.
//!
//! The bytes are those of serde_json's own pretty form. What stands between two members is written at
//! once, and not as one call for each level: a report has some thousand lines.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// A line's beginning: what ends the member before, the new line, and the indentation.
const LINE: &[u8; 66] = b",\n                                                                ";

/// `value` as text; empty when it cannot be written, which no type of this crate's comes to.
pub(crate) fn indented<T: Serialize + ?Sized>(value: &T) -> String {
    let mut serializer = Serializer::with_formatter(Text(Vec::new()), Indented::default());
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(serializer.into_inner().0).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// Bytes that are written to memory.
struct Text(Vec<u8>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Half of what is written are single quotation marks and brackets.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match bytes {
            [byte] => self.0.push(*byte),
            bytes => self.0.extend_from_slice(bytes),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Indented {
    /// How many objects and arrays are open.
    depth: usize,
    /// Whether the innermost of them, or the one that was closed last, has anything in it.
    has_value: bool,
}

impl Indented {
    /// Begins a line, after a comma unless it is the `first`.
    fn line<W: Write + ?Sized>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        let start = usize::from(first);
        let indentation = self.depth.saturating_mul(2);
        if let Some(line) = LINE.get(start..indentation.saturating_add(2)) {
            return writer.write_all(line);
        }
        writer.write_all(LINE.get(start..2).unwrap_or_default())?;
        writer.write_all(" ".repeat(indentation).as_bytes())
    }

    fn open<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_add(1);
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.has_value {
            self.line(writer, true)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn text_is_that_of_serde_json() {
        let deep = (0..50).fold(json!({"a": []}), |inner, _| json!([1, {"b": inner, "c": {}}]));
        for value in [
            Value::Null,
            json!([]),
            json!({}),
            json!([[], {}, [[]]]),
            json!({"a": {}, "b": [1, "\u{1}\"\\é", null, 2.5], "c": {"d": true, "e": []}}),
            deep,
        ] {
            assert_eq!(indented(&value), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
