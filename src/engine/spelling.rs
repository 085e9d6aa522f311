//! The spellings in which people keep and paste what they hand over. Only what stands around a
//! file's content is taken away: nothing here decides what the content is.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::engine::MAX_INPUT;
use crate::engine::kind::looks_like_token;
use crate::file::File;
use crate::json::{Names, lines};
use crate::wire::pasted::decoded;

/// `files` as their formats spell them.
pub(crate) fn plain<'a>(files: &'a [File<'a>]) -> Vec<File<'a>> {
    let respelled = |file: &'a File<'a>| File {
        name: Cow::Borrowed(&*file.name),
        bytes: text(&file.bytes),
        origin: file.origin.clone(),
    };
    files.iter().map(respelled).collect()
}

/// Without a byte order mark, in UTF-8; a token without the quotation marks or the word `Bearer`
/// before it; the JSON in base64; bundles of Sigstore's, one a line, as GitHub lists them.
fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        _ if bytes.len() > MAX_INPUT => Cow::Borrowed(bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => unwrapped(rest),
        [0xff, 0xfe, rest @ ..] => {
            of_utf16(rest, u16::from_le_bytes).unwrap_or(Cow::Borrowed(bytes))
        }
        [0xfe, 0xff, rest @ ..] => {
            of_utf16(rest, u16::from_be_bytes).unwrap_or(Cow::Borrowed(bytes))
        }
        _ => unwrapped(bytes),
    }
}

fn of_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'_, [u8]>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
    rest.is_empty().then(|| Cow::Owned(unwrapped(text.as_bytes()).into_owned()))
}

fn unwrapped(bytes: &[u8]) -> Cow<'_, [u8]> {
    const BEARER: &[u8] = b"bearer ";
    let text = bytes.trim_ascii();
    let quoted = text.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let named = text.split_at_checked(BEARER.len());
    let named = named.filter(|(word, _)| word.eq_ignore_ascii_case(BEARER)).map(|(_, rest)| rest);
    match quoted.or(named).filter(|token| looks_like_token(token)) {
        Some(token) => Cow::Borrowed(token),
        None => lines(bytes)
            .and_then(|lines| bundles(&lines))
            .or_else(|| enveloped(text))
            .map_or(Cow::Borrowed(bytes), Cow::Owned),
    }
}

/// The object of JSON that is written in base64, as services of Confidential Containers' hand
/// evidence on.
fn enveloped(text: &[u8]) -> Option<Vec<u8>> {
    // Base64 of `{` and a quotation mark or white space.
    let is_likely = matches!(text, [b'e', b'w' | b'y', ..]);
    let json = is_likely.then(|| decoded(text)).flatten()?;
    let is_object = json.starts_with(b"{") && Names::of(&json).is_some();
    is_object.then_some(json)
}

/// Bundles as GitHub lists them in its answer.
fn bundles(lines: &[&RawValue]) -> Option<Vec<u8>> {
    let is_bundle = |line: &&RawValue| {
        let names = Names::of(line.get().as_bytes());
        names.is_some_and(|names| names.has("verificationMaterial"))
    };
    if !lines.iter().all(is_bundle) {
        return None;
    }
    let listed: Vec<String> =
        lines.iter().map(|line| format!("{{\"bundle\":{}}}", line.get())).collect();
    Some(format!("{{\"attestations\":[{}]}}", listed.join(",")).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhIjoxfQ.eyJiIjoyfQ.c2ln";

    fn read(bytes: &[u8]) -> String {
        String::from_utf8(text(bytes).into_owned()).unwrap()
    }

    #[test]
    fn what_stands_around_a_text_is_taken_away() {
        let wide = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            let units = "{\"a\":\"\u{1f600}\"}".encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        assert_eq!(read(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(read(&wide([0xff, 0xfe], u16::to_le_bytes)), "{\"a\":\"\u{1f600}\"}");
        assert_eq!(read(&wide([0xfe, 0xff], u16::to_be_bytes)), "{\"a\":\"\u{1f600}\"}");
        for spelled in
            [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN}\n"), format!("\"{TOKEN}\"\n")]
        {
            assert_eq!(read(spelled.as_bytes()).trim(), TOKEN);
        }
    }

    #[test]
    fn json_in_base64_is_taken_out_of_it() {
        for text in ["eyJhIjoxfQ", "eyJhIjoxfQ==", " eyJhIjoxfQ==\n"] {
            assert_eq!(read(text.as_bytes()), r#"{"a":1}"#);
        }
        for text in ["eyJhIjoxfQ.eyJhIjoxfQ", "eyJhIjox", "e30x"] {
            assert_eq!(read(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_is_no_known_spelling_stays_as_it_is() {
        for bytes in [
            &b""[..],
            b"\xff\xfe\x00",
            b"\xff\xfe\x00\xd8",
            b"\"text\"",
            b"Bearer of news",
            b"{}\n{}",
            b"{\n\"verificationMaterial\":1}",
            b"{\"verificationMaterial\":1}\n{\"b\":2}",
            b"{\"verificationMaterial\":1}\n{",
        ] {
            assert_eq!(text(bytes), bytes, "{bytes:?}");
        }
    }

    #[test]
    fn bundles_one_a_line_are_listed_as_github_lists_them() {
        let two = b"{\"verificationMaterial\":1}\n{\"verificationMaterial\":2}\n";
        let listed = r#"{"attestations":[{"bundle":{"verificationMaterial":1}},{"bundle":{"verificationMaterial":2}}]}"#;
        assert_eq!(read(two), listed);
    }
}
