//! The public surface of the verifier: what its users may name, and with which a change breaks them.
//!
//! The lint `unreachable_pub` sees that what is called `pub` can be reached, so the list is read
//! from the sources. After a wanted change, the list is written anew with
//! `cargo test -p s2s --test suite -- --ignored the_list_of_the_surface_is_written_anew`.

use std::collections::BTreeSet;
use std::fs;

use super::paths::module;
use super::tokens::tokens;
use super::{repository, sources};

const LIST: &str = "tests/public-api.txt";

#[test]
fn the_surface_is_the_one_that_is_listed() {
    let listed = fs::read_to_string(repository(LIST)).unwrap();
    let listed: BTreeSet<&str> = listed.lines().collect();
    let surface = surface();
    let own: BTreeSet<&str> = surface.iter().map(String::as_str).collect();
    let more: Vec<_> = own.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&own).collect();
    let is_same = more.is_empty() && gone.is_empty();
    assert!(is_same, "public and not in {LIST}: {more:#?}\nin {LIST} and not public: {gone:#?}");
}

#[test]
#[ignore = "it writes the list that the other test compares with"]
fn the_list_of_the_surface_is_written_anew() {
    let mut lines: Vec<String> = surface().into_iter().collect();
    lines.push(String::new());
    fs::write(repository(LIST), lines.join("\n")).unwrap();
}

#[test]
fn each_kind_of_public_item_is_seen() {
    let text = r#"
        pub mod inner;
        mod hidden { pub(crate) fn f() {} }
        pub use hidden::{A, b::C as D};
        pub use other::*;
        pub(crate) use hidden::E;
        /// pub fn not_this();
        pub const N: [u8; 2] = [1; 2];
        pub struct Unit;
        pub struct Pair(pub u8, u8);
        pub struct Named<'a, T: Fn(u8) -> u8> where T: Copy { pub one: &'a T, two: u8, pub three: u8 }
        #[non_exhaustive]
        pub enum Kind { #[default] Plain, With { inner: u8 }, Tuple(u8, u8), Last = 3 }
        impl<'a, T> Named<'a, T> { pub const ALL: u8 = 1; pub const fn get(&self) {} fn own() { Kind::Plain; } }
        impl Default for Unit { fn default() -> Self { Self } }
        pub trait Said: Sized { fn said(&self); }
        pub fn free<'a>() -> impl Fn(u8) { pub struct Local; }
        crate::finding::table! { ONE = "a.one", "", Link, Tier, BASE, fails ["x"]; TWO = "a.two", "", Link, Tier, BASE; }
    "#;
    let found: Vec<String> = items("formats/snp/mod.rs", text).into_iter().collect();
    let expected = [
        "const formats::snp::N",
        "const formats::snp::Named::ALL",
        "enum formats::snp::Kind",
        "field formats::snp::Named.one",
        "field formats::snp::Named.three",
        "field formats::snp::Pair.0",
        "fn formats::snp::Named::get",
        "fn formats::snp::free",
        "mod formats::snp::inner",
        "static formats::snp::ONE",
        "static formats::snp::TWO",
        "struct formats::snp::Named",
        "struct formats::snp::Pair",
        "struct formats::snp::Unit",
        "trait formats::snp::Said",
        "use formats::snp::A",
        "use formats::snp::D",
        "use formats::snp::other::*",
        "variant formats::snp::Kind::Last",
        "variant formats::snp::Kind::Plain",
        "variant formats::snp::Kind::Tuple",
        "variant formats::snp::Kind::With",
    ];
    assert_eq!(found, expected);
}

/// Every public item of the verifier, as its kind and its path.
fn surface() -> BTreeSet<String> {
    sources("src").iter().flat_map(|(file, text)| items(file, text)).collect()
}

/// The public items of one file.
fn items(file: &str, text: &str) -> BTreeSet<String> {
    let tokens = tokens(text);
    let mut found = Found { module: module(file).join("::"), items: BTreeSet::new() };
    found.all(&tokens);
    found.items
}

struct Found {
    module: String,
    items: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, kind: &str, name: &str) {
        let module =
            if self.module.is_empty() { String::new() } else { format!("{}::", self.module) };
        self.items.insert(format!("{kind} {module}{name}"));
    }

    /// The items of a file or of a module's body.
    fn all(&mut self, tokens: &[String]) {
        let mut at = 0;
        while at < tokens.len() {
            let next = tokens.get(at + 1).map_or("", String::as_str);
            at = match tokens[at].as_str() {
                "pub" if next != "(" => self.item(tokens, at + 1),
                "impl" => self.methods(tokens, at),
                "table" if next == "!" => self.table(tokens, at + 2),
                "{" => end(tokens, at),
                _ => at + 1,
            };
        }
    }

    /// The item whose kind stands at `at`; the answer is where the search goes on.
    fn item(&mut self, tokens: &[String], at: usize) -> usize {
        let kinds = ["mod", "use", "struct", "enum", "trait", "type", "static", "fn"];
        let mut kind_at = at;
        // `const fn`, `unsafe fn`, `async fn`, or a constant.
        while ["const", "unsafe", "async"].contains(&tokens[kind_at].as_str())
            && (kinds.contains(&tokens[kind_at + 1].as_str())
                || ["unsafe", "async"].contains(&tokens[kind_at + 1].as_str()))
        {
            kind_at += 1;
        }
        let (kind, name) = (tokens[kind_at].as_str(), tokens[kind_at + 1].as_str());
        let body = body(tokens, kind_at + 1);
        match kind {
            "use" => {
                let mut tree = tokens[kind_at + 1..].split(|token| token == ";");
                self.names(tree.next().unwrap_or_default(), "");
            }
            "struct" => {
                self.add(kind, name);
                self.fields(name, &tokens[body..end(tokens, body)]);
            }
            "enum" => {
                self.add(kind, name);
                self.variants(name, &tokens[body..end(tokens, body)]);
            }
            "mod" if tokens[body] == "{" => {
                self.add(kind, name);
                let outer = self.module.clone();
                self.module = format!("{outer}::{name}");
                self.all(&tokens[body + 1..end(tokens, body) - 1]);
                self.module = outer;
            }
            _ => self.add(kind, name),
        }
        end(tokens, body)
    }

    /// The names that a `pub use` gives to what its tree names.
    fn names(&mut self, tree: &[String], before: &str) {
        match tree {
            [.., path, as_, name] if as_ == "as" && path != "}" => self.add("use", name),
            [.., star] if star == "*" => {
                let path: Vec<&str> = tree.iter().map(String::as_str).collect();
                self.add("use", &format!("{before}{}", path.concat()));
            }
            [.., close] if close == "}" => {
                let open = tree.iter().position(|token| token == "{").unwrap_or_default();
                let mut depth = 0;
                let branches = tree[open + 1..tree.len() - 1].split(|token| {
                    depth += i32::from(token == "{") - i32::from(token == "}");
                    token == "," && depth == 0
                });
                for branch in branches.filter(|branch| !branch.is_empty()) {
                    self.names(branch, &tree[..open].concat());
                }
            }
            [.., name] => self.add("use", name),
            [] => {}
        }
    }

    fn fields(&mut self, of: &str, body: &[String]) {
        let is_tuple = body.first().is_some_and(|token| token == "(");
        let (mut depth, mut number) = (0, 0);
        for (at, token) in body.iter().enumerate() {
            match token.as_str() {
                "{" | "(" | "[" | "<" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                ">" if body[at - 1] != "-" => depth -= 1,
                "," if depth == 1 => number += 1,
                "pub" if depth == 1 && body[at + 1] != "(" => {
                    let name = if is_tuple { number.to_string() } else { body[at + 1].clone() };
                    self.add("field", &format!("{of}.{name}"));
                }
                _ => {}
            }
        }
    }

    fn variants(&mut self, of: &str, body: &[String]) {
        let (mut at, mut is_next) = (1, true);
        while at + 1 < body.len() {
            match body[at].as_str() {
                "#" => at = end(body, at + 1) - 1,
                "{" | "(" => at = end(body, at) - 1,
                "," => is_next = true,
                name if is_next => {
                    self.add("variant", &format!("{of}::{name}"));
                    is_next = false;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// The public methods and constants of the implementation that begins at `at`.
    fn methods(&mut self, tokens: &[String], at: usize) -> usize {
        let body = body(tokens, at);
        let head = &tokens[at + 1..body];
        if tokens.get(body).is_none_or(|token| token != "{") {
            return at + 1;
        }
        if !head.iter().any(|token| token == "for") {
            let mut depth = 0;
            let name = head.iter().find(|token| {
                depth += i32::from(*token == "<") - i32::from(*token == ">");
                depth == 0 && *token != ">"
            });
            let outer = self.module.clone();
            let name = name.cloned().unwrap_or_default();
            self.module = if outer.is_empty() { name } else { format!("{outer}::{name}") };
            self.all(&tokens[body + 1..end(tokens, body) - 1]);
            self.module = outer;
        }
        end(tokens, body)
    }

    /// The checks of a room's table.
    fn table(&mut self, tokens: &[String], open: usize) -> usize {
        let close = end(tokens, open);
        for at in open + 1..close {
            if [";", "{"].contains(&tokens[at - 1].as_str()) && tokens[at] != "}" {
                self.add("static", &tokens[at]);
            }
        }
        close
    }
}

/// Where the body of an item begins, or the semicolon that ends it.
fn body(tokens: &[String], mut at: usize) -> usize {
    let is_tuple =
        tokens.get(at + 1).is_some_and(|token| token == "(") && tokens[at - 1] == "struct";
    if is_tuple {
        return at + 1;
    }
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" | ";" => return at,
            "(" | "[" => at = end(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Where the group that opens at `at` has ended.
fn end(tokens: &[String], at: usize) -> usize {
    let mut depth = 0;
    for (offset, token) in tokens[at..].iter().enumerate() {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + offset + 1;
        }
    }
    tokens.len()
}
