//! Strict YAML: only what every reader takes for the same.
//!
//! Parsers in use accept more than YAML 1.2 does, and differ in what they make of it. A
//! configuration that two readers could read differently is refused before it is given a meaning.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser};

/// The deepest that collections may be nested; Docker Compose needs six.
const MAX_DEPTH: usize = 32;

/// A value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A scalar as it is written, without its quotes.
    Text(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Members in their order; no key stands twice.
    Mapping(Vec<(String, Node)>),
}

impl Node {
    /// Reads one document of YAML 1.2; an empty text is an empty scalar.
    ///
    /// `None` for whatever other readers could read differently: aliases, tags, merge keys, a key
    /// twice, keys that are not ASCII or that differ from one of the `known` in case only, further
    /// documents, and characters that end a line in YAML 1.1 only. `None` as well for nesting
    /// that is deeper than 32.
    pub(crate) fn read(text: &str, known: &[&str]) -> Option<Self> {
        let ends_a_line = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
        let odd = |c: char| ends_a_line(c) || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        if text.contains(odd) {
            return None;
        }
        let mut reading = Reading { known, open: Vec::new(), whole: None };
        let mut documents = 0_usize;
        for event in Parser::new_from_str(text) {
            match event.ok()?.0 {
                Event::MappingStart(_, None) => reading.begin(Self::Mapping(Vec::new()))?,
                Event::SequenceStart(_, None) => reading.begin(Self::Sequence(Vec::new()))?,
                Event::Scalar(value, _, _, None) => reading.scalar(&value)?,
                Event::MappingEnd | Event::SequenceEnd => reading.end()?,
                Event::MappingStart(..)
                | Event::SequenceStart(..)
                | Event::Scalar(..)
                | Event::Alias(_) => return None,
                Event::DocumentStart(_) if documents > 0 => return None,
                Event::DocumentStart(_) => documents = documents.saturating_add(1),
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => {}
            }
        }
        Some(reading.whole.unwrap_or_else(|| Self::Text(String::new())))
    }

    /// The member called `key`, when the value is a mapping that has one.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Mapping(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

struct Reading<'k> {
    known: &'k [&'k str],
    open: Vec<Open>,
    whole: Option<Node>,
}

/// A collection that is being read.
struct Open {
    node: Node,
    /// A mapping's keys until now.
    keys: BTreeSet<String>,
    /// The key whose value is next.
    key: Option<String>,
}

impl Reading<'_> {
    fn begin(&mut self, node: Node) -> Option<()> {
        let is_key =
            matches!(self.open.last(), Some(Open { node: Node::Mapping(_), key: None, .. }));
        if is_key || self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.open.push(Open { node, keys: BTreeSet::new(), key: None });
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        let ended = self.open.pop()?;
        self.value(ended.node);
        Some(())
    }

    fn scalar(&mut self, text: &str) -> Option<()> {
        let Some(Open { node: Node::Mapping(_), keys, key: key @ None }) = self.open.last_mut()
        else {
            self.value(Node::Text(text.to_owned()));
            return Some(());
        };
        let shadows = |known: &&str| text != *known && text.eq_ignore_ascii_case(known);
        let is_odd = text == "<<" || !text.is_ascii() || self.known.iter().any(shadows);
        if is_odd || !keys.insert(text.to_owned()) {
            return None;
        }
        *key = Some(text.to_owned());
        Some(())
    }

    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(Open { node: Node::Mapping(members), key, .. }) => {
                members.extend(key.take().zip(Some(node)));
            }
            Some(Open { node: Node::Sequence(items), .. }) => items.push(node),
            _ => self.whole = Some(node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Node> {
        Node::read(text, &["known"])
    }

    #[test]
    fn values_stand_in_their_order_and_without_quotes() {
        let text = |text: &str| Node::Text(text.to_owned());
        let inner = Node::Mapping(vec![("d".to_owned(), text(""))]);
        let expected = Node::Mapping(vec![
            ("b".to_owned(), Node::Sequence(vec![text("1"), text("two"), inner])),
            ("a".to_owned(), text("x y")),
        ]);
        assert_eq!(read("b: [1, 'two', {d: }]\na: \"x\\u0020y\"\n"), Some(expected));
        assert_eq!(read(""), Some(text("")));
        assert_eq!(read("known: {a: 1}").unwrap().get("known").unwrap().get("a"), Some(&text("1")));
    }

    #[test]
    fn what_other_readers_could_read_differently_is_refused() {
        for wrong in [
            "a: 1\na: 2",
            "{a: {b: 1, b: 2}}",
            "a: &x 1\nb: *x",
            "a: !!binary ZXZpbA==",
            "<<: {a: 1}",
            "Known: 1",
            "{a: {KNOWN: 1}}",
            "\u{17f}: 1",
            "a: 1\n---\nb: 2",
            "# comment\u{2028}a: 1",
            "{? {a: b} : 1}",
            "a: [1",
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MAX_DEPTH)).is_some());
        assert!(read(&nested(MAX_DEPTH + 1)).is_none());
    }
}
