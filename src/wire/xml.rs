//! Just enough XML 1.0 with namespaces to read a signed document in one way only, and its canonical
//! form (Canonical XML 1.1).
//!
//! What other readers could read differently is refused: entities, comments, processing instructions,
//! CDATA, document types, other letters than printable ASCII and line feeds, quotation marks other
//! than ", and attributes with a line feed. What is left has the same canonical form in Canonical XML
//! 1.0 and 1.1.

use std::collections::BTreeMap;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 16;

/// The most elements and pieces of text.
const MAX_NODES: usize = 4096;

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The name as written, with its prefix.
    name: &'a str,
    /// The namespace of the name, empty for none.
    namespace: &'a str,
    /// The namespaces that it declares, by prefix; the default one has none.
    declared: BTreeMap<&'a str, &'a str>,
    /// Its attributes, each by namespace and local name, with the name as written.
    attributes: BTreeMap<(&'a str, &'a str), (&'a str, &'a str)>,
    /// What is in it.
    children: Vec<Node<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node<'a> {
    Element(Element<'a>),
    Text(&'a str),
}

/// Namespaces by prefix.
type Scope<'a> = BTreeMap<&'a str, &'a str>;

impl<'a> Element<'a> {
    /// Reads a document; `None` when it is anything else than one element of the forms above.
    pub(crate) fn document(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
        if !text.bytes().all(is_plain) {
            return None;
        }
        let body = match text.strip_prefix("<?xml ") {
            Some(declared) => declared.split_once("?>")?.1,
            None => text,
        };
        let mut reader = Reader { rest: body.trim_ascii_start(), left: MAX_NODES };
        let element = reader.element(&Scope::new(), 0)?;
        reader.rest.trim_ascii().is_empty().then_some(element)
    }

    /// Whether it is called `local` in `namespace`.
    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace == namespace && self.local() == local
    }

    fn local(&self) -> &'a str {
        self.name.rsplit_once(':').map_or(self.name, |(_, local)| local)
    }

    /// The elements in it, when there is nothing but blanks between them.
    pub(crate) fn elements(&self) -> Option<Vec<&Self>> {
        let mut elements = Vec::new();
        for child in &self.children {
            match child {
                Node::Element(element) => elements.push(element),
                Node::Text(text) if text.trim_ascii().is_empty() => {}
                Node::Text(_) => return None,
            }
        }
        Some(elements)
    }

    /// The text in it, when there is nothing else; nothing when it is empty.
    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.children.as_slice() {
            [] => Some(""),
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The attribute called `local` in `namespace`.
    pub(crate) fn attribute(&self, namespace: &str, local: &str) -> Option<&'a str> {
        self.attributes.get(&(namespace, local)).map(|(_, value)| *value)
    }

    /// Every attribute: namespace, local name, value.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
        self.attributes.iter().map(|((namespace, local), (_, value))| (*namespace, *local, *value))
    }

    /// The canonical form of the element without those children of its own that `leaves_out` names;
    /// the element is the whole document.
    pub(crate) fn canonical(&self, leaves_out: impl Fn(&Self) -> bool) -> String {
        let mut out = String::new();
        self.write(&Scope::new(), &Scope::new(), &mut out, &leaves_out);
        out
    }

    /// The canonical form of `own`, which stands in `parent`, which stands in `self`: what these two
    /// declare is in force for it.
    pub(crate) fn canonical_inside(&self, parent: &Self, own: &Self) -> String {
        let mut scope = self.declared.clone();
        scope.extend(parent.declared.iter());
        let mut out = String::new();
        own.write(&scope, &Scope::new(), &mut out, &|_| false);
        out
    }

    /// Writes the element; `scope` is what is declared around it, `written` what of that stands in
    /// `out` already.
    fn write(
        &self,
        scope: &Scope<'a>,
        written: &Scope<'a>,
        out: &mut String,
        leaves_out: &dyn Fn(&Self) -> bool,
    ) {
        let mut scope = scope.clone();
        scope.extend(self.declared.iter());
        out.push('<');
        out.push_str(self.name);
        let new = scope.iter().filter(|(prefix, uri)| written.get(*prefix) != Some(uri));
        for (prefix, uri) in new {
            let name = if prefix.is_empty() { "xmlns" } else { "xmlns:" };
            attribute(out, &[name, prefix], uri);
        }
        for (name, value) in self.attributes.values() {
            attribute(out, &[name], value);
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Text(text) => out.push_str(text),
                Node::Element(own) if leaves_out(own) => {}
                Node::Element(own) => own.write(&scope, &scope, out, &|_| false),
            }
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

fn attribute(out: &mut String, name: &[&str], value: &str) {
    out.push(' ');
    name.iter().for_each(|part| out.push_str(part));
    out.push_str("=\"");
    out.push_str(value);
    out.push('"');
}

struct Reader<'a> {
    rest: &'a str,
    /// How many more elements and pieces of text are read.
    left: usize,
}

impl<'a> Reader<'a> {
    /// The element that `rest` begins with.
    fn element(&mut self, around: &Scope<'a>, depth: usize) -> Option<Element<'a>> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        self.take("<")?;
        let name = self.name()?;
        let mut declared = Scope::new();
        let mut named = Vec::new();
        let is_empty = loop {
            let blanks = self.blanks();
            if self.take("/>").is_some() {
                break true;
            }
            if self.take(">").is_some() {
                break false;
            }
            let attribute = self.name().filter(|_| blanks)?;
            self.take("=\"")?;
            let (value, rest) = self.rest.split_once('"')?;
            self.rest = rest;
            if value.contains(['<', '>', '&', '\n']) {
                return None;
            }
            let prefix = match attribute.split_once(':') {
                Some(("xmlns", prefix)) => Some(prefix),
                None if attribute == "xmlns" => Some(""),
                _ => None,
            };
            match prefix {
                Some("xml" | "xmlns") => return None,
                Some(_) if value.is_empty() => return None,
                Some(prefix) => declared.insert(prefix, value).is_none().then_some(())?,
                None => named.push((attribute, value)),
            }
        };
        let mut scope = around.clone();
        scope.extend(declared.iter());
        let namespace = match name.split_once(':') {
            Some((prefix, _)) => *scope.get(prefix)?,
            None => scope.get("").copied().unwrap_or_default(),
        };
        let mut attributes = BTreeMap::new();
        for (written, value) in named {
            let own = match written.split_once(':') {
                Some((prefix, local)) => (*scope.get(prefix)?, local),
                None => ("", written),
            };
            attributes.insert(own, (written, value)).is_none().then_some(())?;
        }
        let children = if is_empty { Vec::new() } else { self.children(name, &scope, depth)? };
        Some(Element { name, namespace, declared, attributes, children })
    }

    /// What is in the element `name`, up to its end.
    fn children(&mut self, name: &str, scope: &Scope<'a>, depth: usize) -> Option<Vec<Node<'a>>> {
        let mut children = Vec::new();
        loop {
            let (text, _) = self.rest.split_once('<')?;
            if !text.is_empty() {
                self.left = self.left.checked_sub(1)?;
                if text.contains(['>', '&']) {
                    return None;
                }
                children.push(Node::Text(text));
                self.rest = self.rest.get(text.len()..)?;
            }
            if self.take("</").is_some() {
                self.take(name)?;
                self.blanks();
                self.take(">")?;
                return Some(children);
            }
            children.push(Node::Element(self.element(scope, depth.checked_add(1)?)?));
        }
    }

    /// A name with at most one prefix.
    fn name(&mut self) -> Option<&'a str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let end = self.rest.find(|c| !is_part(c))?;
        let (name, rest) = self.rest.split_at_checked(end)?;
        let mut parts = name.split(':');
        let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_one = parts.by_ref().take(2).all(begins) && parts.next().is_none();
        self.rest = rest;
        is_one.then_some(name)
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    /// Passes over blanks; whether there were any.
    fn blanks(&mut self) -> bool {
        let after = self.rest.trim_ascii_start();
        let any = after.len() != self.rest.len();
        self.rest = after;
        any
    }
}
