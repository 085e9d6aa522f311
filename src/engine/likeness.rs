//! What an input looks like that is no evidence: a guess from its first bytes, for a person who
//! handed in the wrong file.

use serde::de::IgnoredAny;

use crate::formats::snp::parse::Report;
use crate::json::Names;
use crate::text::quoted;

/// How many members of JSON are named.
const NAMED: usize = 4;
/// How far from the length of a report bytes may be to look like one that was cut or padded.
const NEAR: usize = 16;

/// First bytes of files that people confuse with evidence.
const BEGINNINGS: [(&[u8], &str); 9] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data (gzip)"),
    (b"\x28\xb5\x2f\xfd", "compressed data (zstd)"),
    (b"\x7fELF", "a program"),
    (b"-----BEGIN", "PEM, which stands beside evidence and is none"),
    (b"\x30\x82", "a certificate or a list in DER, which stands beside evidence and is none"),
];

/// The end of a sentence about `input`, which begins with a verb; `names` are those of its members,
/// where it is an object of JSON.
pub(super) fn of(input: &[u8], names: Option<&Names<'_>>) -> String {
    let len = input.len();
    let text = input.trim_ascii_start();
    if text.is_empty() {
        return "is empty".to_owned();
    }
    if let Some((_, what)) = BEGINNINGS.iter().find(|(first, _)| text.starts_with(first)) {
        return format!("looks like {what} ({len} bytes)");
    }
    if let Some(names) = names.map(Names::sorted) {
        return match names.len() {
            0 => "is JSON without members".to_owned(),
            count => {
                let names: Vec<String> = names.into_iter().take(NAMED).map(quoted).collect();
                let more = if count > NAMED { " and others" } else { "" };
                format!("is JSON with {}{more}, which is of an unknown kind", names.join(", "))
            }
        };
    }
    match text {
        [b'[', ..] if crate::json::read::<IgnoredAny>(text).is_some() => {
            format!("is a list in JSON of an unknown kind ({len} bytes)")
        }
        [b'<', ..] => format!("looks like a web page or XML ({len} bytes)"),
        _ if len.abs_diff(Report::LEN) <= NEAR && !is_text(input) => {
            format!(
                "is {len} bytes of an unknown kind, where an SEV-SNP report has {}",
                Report::LEN
            )
        }
        _ if is_text(input) => format!("looks like plain text ({len} bytes)"),
        _ => format!("is {len} bytes of an unknown kind"),
    }
}

fn is_text(input: &[u8]) -> bool {
    let is_letter = |letter: char| !letter.is_control() || letter.is_ascii_whitespace();
    std::str::from_utf8(input).is_ok_and(|text| text.chars().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(input: &[u8]) -> String {
        of(input, Names::of(input).as_ref())
    }

    #[test]
    fn a_wrong_file_is_told_by_what_it_looks_like() {
        for (input, expected) in [
            (&b""[..], "is empty"),
            (b"  \n", "is empty"),
            (b"hello\n", "looks like plain text (6 bytes)"),
            (b"<!doctype html><title>x</title>", "looks like a web page or XML (31 bytes)"),
            (b"{}", "is JSON without members"),
            (b"{\"a\":1,\"b\":2}", "is JSON with \"a\", \"b\", which is of an unknown kind"),
            (b"[1]", "is a list in JSON of an unknown kind (3 bytes)"),
            (b"[1", "looks like plain text (2 bytes)"),
            (b"%PDF-1.7", "looks like a PDF document (8 bytes)"),
            (&[0xff; 40], "is 40 bytes of an unknown kind"),
            (&[0; 1183], "is 1183 bytes of an unknown kind, where an SEV-SNP report has 1184"),
        ] {
            assert_eq!(told(input), expected);
        }
        let many = told(br#"{"a":1,"b":1,"c":1,"d":1,"e":1}"#);
        assert!(many.contains("\"d\" and others") && !many.contains("\"e\""), "{many}");
        let hostile = told("{\"\u{1b}[2J\":1}".as_bytes());
        assert!(!hostile.contains(char::is_control), "{hostile}");
    }
}
