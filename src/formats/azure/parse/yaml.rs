//! The part of YAML in which attested-tls keeps its evidence: mappings, sequences, blocks of text,
//! flow sequences, numbers and nothing. Anything else of YAML is refused.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "YAML of Azure evidence";

/// The longest that is read, in bytes; observed ones have 31,000.
const MAX: usize = 256 * 1024;

/// How deep its parts may stand in one another.
const DEEPEST: usize = 8;

/// Whether the text begins with one of `names` as the name of a mapping's member.
pub(super) fn begins_with(text: &[u8], names: &[&str]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    first.is_some_and(|line| {
        let is =
            |name: &&str| line.strip_prefix(name.as_bytes()).is_some_and(|r| r.starts_with(b":"));
        names.iter().any(is)
    })
}

/// Reads the text.
///
/// # Errors
/// When it is too long or too deep, or anything but the part of YAML that is read.
pub(super) fn read(text: &[u8]) -> Result<Value, Error> {
    Error::cap(WHAT, text.len(), MAX)?;
    let whole = Span::new(0, text.len());
    let text = std::str::from_utf8(text)
        .map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
    let lines = text.lines().map(|line| {
        let own = line.trim_end();
        let text = own.trim_start_matches(' ');
        (own.len().saturating_sub(text.len()), text)
    });
    let mut reader = Lines { lines: lines.collect(), at: 0, whole };
    let value = reader.node(0, 0)?;
    match reader.next() {
        None => Ok(value),
        Some(_) => Err(reader.wrong()),
    }
}

/// Lines with their indentation, and the one that is read next.
struct Lines<'a> {
    lines: Vec<(usize, &'a str)>,
    at: usize,
    whole: Span,
}

impl<'a> Lines<'a> {
    fn wrong(&self) -> Error {
        let why =
            format!("line {} is not of the part of YAML that is read", self.at.saturating_add(1));
        Error::malformed(WHAT, self.whole, why)
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The next line that says something.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        while let Some((indent, text)) = self.lines.get(self.at).copied() {
            if !text.is_empty() && !text.starts_with('#') {
                return Some((indent, text));
            }
            self.step();
        }
        None
    }

    /// Puts what stands behind a name or a dash in the place of its line.
    fn rest(&mut self, indent: usize, text: &'a str) {
        let behind = text.trim_start_matches(' ');
        let moved = text.len().saturating_sub(behind.len());
        if let Some(line) = self.lines.get_mut(self.at) {
            *line = (indent.saturating_add(moved), behind);
        }
    }

    /// What stands at `least` or deeper.
    fn node(&mut self, least: usize, depth: usize) -> Result<Value, Error> {
        let Some((indent, text)) = self.next().filter(|(indent, _)| *indent >= least) else {
            return Ok(Value::Null);
        };
        if depth > DEEPEST {
            return Err(self.wrong());
        }
        let deeper = depth.saturating_add(1);
        match text {
            "|" | "|-" => self.block(least, "\n"),
            ">" | ">-" => self.block(least, " "),
            _ if is_item(text) => self.sequence(indent, deeper),
            _ if text.starts_with('[') => self.flow(),
            _ if member(text).is_some() => self.mapping(indent, deeper),
            _ => {
                let value = self.json(text)?;
                self.step();
                Ok(value)
            }
        }
    }

    fn mapping(&mut self, indent: usize, depth: usize) -> Result<Value, Error> {
        let mut members = Map::new();
        while let Some((own, text)) = self.next() {
            let Some((name, rest)) = member(text).filter(|_| own == indent && !is_item(text))
            else {
                break;
            };
            let least = indent.saturating_add(1);
            let value = if rest.is_empty() {
                self.step();
                match self.next() {
                    Some((same, text)) if same == indent && is_item(text) => {
                        self.sequence(indent, depth)?
                    }
                    _ => self.node(least, depth)?,
                }
            } else {
                self.rest(least, rest);
                self.node(least, depth)?
            };
            if members.insert(name.to_owned(), value).is_some() {
                return Err(self.wrong());
            }
        }
        Ok(Value::Object(members))
    }

    fn sequence(&mut self, indent: usize, depth: usize) -> Result<Value, Error> {
        let mut items = Vec::new();
        while let Some((own, text)) = self.next() {
            let Some(rest) = text.strip_prefix('-').filter(|_| own == indent && is_item(text))
            else {
                break;
            };
            let least = indent.saturating_add(1);
            self.rest(least, rest);
            items.push(self.node(least, depth)?);
        }
        Ok(Value::Array(items))
    }

    /// The lines below that stand at `least` or deeper, all at the same place.
    fn block(&mut self, least: usize, between: &str) -> Result<Value, Error> {
        self.step();
        let mut own = Vec::new();
        let mut place = None;
        while let Some((indent, text)) = self.lines.get(self.at).copied() {
            if text.is_empty() {
                own.push(text);
            } else if indent < least {
                break;
            } else if *place.get_or_insert(indent) != indent {
                return Err(self.wrong());
            } else {
                own.push(text);
            }
            self.step();
        }
        while own.last().is_some_and(|line| line.is_empty()) {
            own.pop();
        }
        Ok(Value::String(own.join(between)))
    }

    /// A flow sequence, which may go on over several lines.
    fn flow(&mut self) -> Result<Value, Error> {
        let mut text = String::new();
        while let Some((_, line)) = self.next() {
            text.push_str(line);
            self.step();
            if line.ends_with(']') {
                return self.json(&text);
            }
        }
        Err(self.wrong())
    }

    /// What YAML and JSON write alike.
    fn json(&self, text: &str) -> Result<Value, Error> {
        crate::json::read(text.as_bytes()).ok_or_else(|| self.wrong())
    }
}

/// Whether a line is an item of a sequence.
fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// The name of a mapping's member, and what stands behind it.
fn member(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(':')?;
    let is_name =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && (rest.is_empty() || rest.starts_with(' '))).then(|| (name, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_styles_of_the_same_value_are_read() {
        let flow = "a: |-\n  line\nb:\n  text: |\n    one\n    two\n  list: [\n    1, 2,\n    3\n  ]\n  lists:\n    - [1]\n    - [2]\n  none: null\n";
        let block = "# made up\na: >-\n  line\nb:\n  text: |\n    one\n    two\n\n  list:\n  - 1\n  - 2\n  - 3\n  lists:\n  - - 1\n  - - 2\n  none:\n";
        let value = json!({
            "a": "line",
            "b": { "text": "one\ntwo", "list": [1, 2, 3], "lists": [[1], [2]], "none": null },
        });
        for text in [flow, block] {
            assert_eq!(read(text.as_bytes()).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn blocks_of_text_stand_in_sequences() {
        let text = "a:\n- |\n  one\n  two\n- |\n  three\nb:\n    []\n";
        assert_eq!(read(text.as_bytes()).unwrap(), json!({ "a": ["one\ntwo", "three"], "b": [] }));
    }

    #[test]
    fn anything_else_of_yaml_is_refused() {
        let deep = format!("a:{}", " -".repeat(20));
        for text in [
            "a: 1\na: 2\n",
            "a: &anchor 1\n",
            "a: *anchor\n",
            "a: plain\n",
            "a: !!binary x\n",
            "a: [1, 2\n",
            "a: |\n    x\n  y\n",
            "a: 1\n  b: 2\n",
            "- 1\nb: 2\n",
            "a: 'x'\n",
            "a: {b: 1}\n",
            &deep,
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"a: \xff\n").is_err());
    }

    #[test]
    fn the_first_name_tells_what_it_is() {
        assert!(begins_with(b"\n# x\nname: 1\n", &["name"]));
        for other in [&b"names: 1"[..], b"x\nname: 1", b"", b"name"] {
            assert!(!begins_with(other, &["name"]));
        }
    }
}
