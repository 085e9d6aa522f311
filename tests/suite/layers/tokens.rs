//! Rust sources as names and punctuation.

use crate::common::source::without_tests;

/// Names and punctuation, without comments, literals and the unit tests at the end.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut rest = without_tests(text);
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let skipped = if "/\"'rbc".contains(first) { literal(rest) } else { 0 };
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
