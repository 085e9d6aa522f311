//! The layers of the crate: dependencies point down the list and never up.
//!
//! Every `crate::` and `super::` path in `src/` is read, without comments, strings and unit
//! tests, and each module's arrows are compared with the list. A module that the list does not
//! name is an error, so that a new one has to be given its place.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// From the bottom up. Modules of one layer may use each other.
const LAYERS: &[&[&str]] = &[
    &["bytes", "digest", "error", "finding", "json", "text", "time"],
    &["crypto"],
    &["pki"],
    &["evidence"],
    &["endorsements"],
    &["verify"],
    &["claims", "context", "policy", "appraise"],
    &["report"],
    // The names of the crate's root stand for what they re-export.
    &["adapters", "examine", "plan", "shelf", "Asked", "AskedAnswer", "Context", "File", "Origin"],
    &["wording"],
    &["net"],
    &["serve"],
    &["sim"],
    &["wasm", "web", "cli"],
];

/// Arrows that point down and are refused all the same: what only reads believes nothing, and
/// what only shows decides nothing.
const REFUSED: &[(&str, &[&str])] = &[
    ("evidence", &["crypto"]),
    ("endorsements", &["crypto"]),
    ("claims", &["crypto", "pki", "policy"]),
    ("appraise", &["crypto"]),
    ("report", &["crypto", "verify"]),
    ("plan", &["crypto"]),
    ("adapters", &["crypto"]),
    ("wasm", &["sim", "serve", "crypto", "pki", "evidence", "endorsements", "verify", "appraise"]),
    ("web", &["sim", "serve", "crypto", "pki", "evidence", "endorsements", "verify", "appraise"]),
    ("cli", &["crypto", "pki", "evidence", "endorsements", "verify", "appraise"]),
    ("serve", &["crypto", "verify", "appraise", "policy", "report", "examine"]),
    ("net", &["crypto", "evidence", "endorsements", "verify", "appraise", "policy", "report"]),
];

/// Names that only some files may use.
const CONFINED: &[(&[&str], &[&str])] = &[
    (&["p256", "p384", "ecdsa", "rsa", "ed25519_dalek"], &["crypto/", "sim/"]),
    (&["x509_parser"], &["pki/", "sim/"]),
    (&["x509_cert"], &["sim/"]),
    (&["sigstore_verify", "webpki"], &["verify/sigstore/"]),
    (&["sigstore_tuf"], &["verify/tuf/"]),
    (&["minicbor"], &["evidence/cbor.rs", "sim/"]),
    (&["saphyr_parser"], &["evidence/dstack/", "evidence/tinfoil/"]),
    (&["sha1_checked"], &["verify/git/"]),
    (&["snap"], &["endorsements/github/"]),
    (&["wasm_bindgen", "js_sys", "serde_wasm_bindgen"], &["wasm.rs", "web/"]),
    (&["web_sys"], &["web/"]),
    (&["clap", "anstyle", "anstream"], &["cli/"]),
    (&["tower_http", "wasm_bindgen_cli_support"], &["bin/site/"]),
    (&["toml"], &["bin/site/", "serve/"]),
    (&["axum"], &["bin/site/", "serve/", "sim/sidecar/"]),
    (&["tokio"], &["bin/site/", "net/", "serve/", "sim/sidecar/"]),
    (&["hyper", "hyper_util", "http_body_util"], &["net/", "serve/", "sim/sidecar/"]),
    (&["tokio_rustls", "rustls_graviola", "webpki_roots"], &["net/"]),
    (&["tracing", "tracing_subscriber"], &["serve/"]),
    (&["getrandom"], &["cli/", "serve/", "web/"]),
    (&["SystemTime", "Instant"], &["cli/", "bin/", "serve/", "sim/sidecar/"]),
];

#[test]
fn no_arrow_points_up() {
    let wrong: Vec<String> = sources().iter().flat_map(|(path, text)| arrows(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_and_the_clock_are_named_in_their_place_only() {
    let wrong: Vec<String> =
        sources().iter().flat_map(|(path, text)| strangers(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn made_up_upward_arrows_are_caught() {
    for (path, text) in [
        ("verify/snp/mod.rs", "use crate::policy::Policy;"),
        ("verify/snp/chip.rs", "fn f() { crate::{error::Error, appraise::snp::f()}; }"),
        ("verify/snp/chip.rs", "use super::super::super::report::Report;"),
        ("error.rs", "use super::crypto::verify;"),
        ("evidence/snp/mod.rs", "pub(crate) use crate::crypto::verify;"),
        ("endorsements/mod.rs", "use crate::{\n    bytes::Span,\n    crypto,\n};"),
        ("bytes.rs", "use crate::{time::{UnixTime, DAY}, report};"),
        ("crypto/mod.rs", "const X: &str = r#\"\\\"#; use crate::pki::Certificate;"),
        ("crypto/mod.rs", "fn f(c: char) -> bool { c == '\"' || crate::pki::f(c) }"),
        ("report.rs", "use crate::*;"),
        ("report.rs", "use crate::newcomer::Thing;"),
        ("newcomer.rs", "use crate::error::Error;"),
    ] {
        assert_eq!(arrows(path, text).len(), 1, "{path}: {text}: {:?}", arrows(path, text));
    }
}

#[test]
fn downward_arrows_comments_strings_and_unit_tests_are_let_through() {
    for (path, text) in [
        ("verify/snp/mod.rs", "use crate::evidence::snp::Report; use super::chip::check;"),
        ("verify/snp/mod.rs", "// see crate::policy\n/* crate::policy /* */ crate::report */"),
        (
            "verify/snp/mod.rs",
            "/// See [`f`](crate::policy::f).\nconst A: &str = \"crate::policy\";",
        ),
        ("verify/snp/mod.rs", "fn f<'a>(x: &'a str) -> char { 'a' }"),
        ("crypto/mod.rs", "pub mod rsa;\n#[cfg(test)]\nmod tests { use crate::sim::keys; }"),
        ("sim/mod.rs", "use crate::report::Report;"),
        ("cli/mod.rs", "use crate::report::State; use crate::wording::sentence;"),
    ] {
        assert_eq!(arrows(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn made_up_strangers_are_caught() {
    for (path, text) in [
        ("verify/snp/report.rs", "use p384::ecdsa::VerifyingKey;"),
        ("pki/cert.rs", "fn f() { ::rsa::pss::f() }"),
        ("evidence/mod.rs", "use x509_parser::prelude::*;"),
        ("report.rs", "#[wasm_bindgen::prelude::wasm_bindgen] fn f() {}"),
        ("verify/mod.rs", "fn f() { std::time::SystemTime::now(); }"),
    ] {
        assert_eq!(strangers(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("crypto/ecdsa.rs", "use p384::ecdsa::VerifyingKey;"),
        ("pki/cert.rs", "use crate::crypto::rsa::PublicKey;"),
        ("bin/site/build.rs", "use wasm_bindgen_cli_support::Bindgen;"),
    ] {
        assert_eq!(strangers(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

/// Every source file of the crate by its path under `src/`, without the crate root.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 20, "the sources were found");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            if name != "lib.rs" {
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
}

/// The arrows of one file that are not allowed, as sentences.
fn arrows(path: &str, text: &str) -> Vec<String> {
    if path.starts_with("bin/") {
        return Vec::new();
    }
    let from = path.split(['/', '.']).next().unwrap();
    let Some(own) = layer(from) else {
        return vec![format!("src/{path}: `{from}` has no place in the list of layers")];
    };
    targets(path, &tokens(text))
        .into_iter()
        .filter(|to| to != from)
        .filter_map(|to| {
            let refused = REFUSED.iter().any(|(m, list)| *m == from && list.contains(&&*to));
            match layer(&to) {
                None => Some(format!("src/{path}: `{to}` has no place in the list of layers")),
                Some(other) if other > own => Some(format!("src/{path}: `{from}` uses `{to}`")),
                Some(_) if refused => Some(format!("src/{path}: `{from}` uses `{to}`")),
                Some(_) => None,
            }
        })
        .collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The top-level modules that a file's paths lead to.
fn targets(path: &str, tokens: &[String]) -> BTreeSet<String> {
    let depth = path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let supers = tokens[at..].chunks(2).take_while(|pair| pair == &["super", "::"]).count();
        let rest = match tokens[at].as_str() {
            "crate" if tokens.get(at + 1).is_some_and(|token| token == "::") => at + 2,
            "super" if supers == depth => at + 2 * supers,
            _ => {
                at += 1.max(2 * supers);
                continue;
            }
        };
        found.extend(heads(&tokens[rest..]));
        at = rest;
    }
    found
}

/// The first names of a path or of a braced group of paths.
fn heads(tokens: &[String]) -> Vec<String> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first != "{" {
        return vec![first.clone()];
    }
    let (mut depth, mut heads, mut expected) = (0, Vec::new(), true);
    for token in tokens {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => expected = expected || depth == 1,
            name if depth == 1 && expected => {
                heads.push(name.to_owned());
                expected = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// The confined names that one file uses without being allowed to, as sentences.
fn strangers(path: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    CONFINED
        .iter()
        .filter(|(_, places)| !places.iter().any(|place| path.starts_with(place)))
        .flat_map(|(names, _)| *names)
        .filter(|name| {
            tokens.iter().enumerate().any(|(at, token)| {
                let crate_path = tokens.get(at + 1).is_some_and(|next| next == "::");
                let nested = at > 1 && tokens[at - 1] == "::" && is_name(&tokens[at - 2]);
                let is_type = name.starts_with(char::is_uppercase);
                token == *name && (is_type || (crate_path && !nested))
            })
        })
        .map(|name| format!("src/{path}: names `{name}`"))
        .collect()
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphanumeric() || first == '_')
        && !["use", "pub", "return", "in", "as"].contains(&token)
}

/// Names and punctuation, without comments, literals and the unit tests at the end.
fn tokens(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut rest = text;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let skipped = literal(rest);
        if skipped > 0 {
            rest = &rest[skipped..];
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            rest = &rest[end..];
        } else {
            let width = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                tokens.push(rest[..width].to_owned());
            }
            rest = &rest[width..];
        }
    }
    tokens
}

/// The length of the comment, string or character that `text` begins with, or 0.
fn literal(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    for start in ["r", "br", "cr"] {
        let hashes =
            text.strip_prefix(start).map(|rest| rest.len() - rest.trim_start_matches('#').len());
        let body =
            hashes.map(|hashes| start.len() + hashes).filter(|body| text[*body..].starts_with('"'));
        if let (Some(hashes), Some(body)) = (hashes, body) {
            let end = format!("\"{}", "#".repeat(hashes));
            let close = text[body + 1..].find(&end).unwrap_or(text.len() - body - 1 - end.len());
            return body + 1 + close + end.len();
        }
    }
    match text.as_bytes() {
        [b'"', ..] => quoted(text, '"'),
        [b'\'', b'\\', ..] => quoted(text, '\''),
        [b'\'', ..] => {
            let width = text[1..].chars().next().map_or(0, char::len_utf8);
            if text[1 + width..].starts_with('\'') { width + 2 } else { 0 }
        }
        _ => 0,
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
