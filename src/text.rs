//! Text from evidence, made fit to be shown.
//!
//! Whoever made the evidence chose its words: an escape sequence in a host name could repaint a
//! verdict in a terminal, a direction mark could reverse it, and a name could read like one. So
//! there is one list of letters that are written out, for the terminal, for JSON that goes to a
//! terminal, and for the page (`www/dom.js` mirrors it).

/// How many letters of the evidence's own words are shown.
pub const SHOWN: usize = 80;

/// The letters that show nothing, or change how the text around them is read, beside the control
/// characters (C0, DEL and C1): format characters, zero widths, marks of direction, separators of
/// lines, variation selectors and tags, in code points from and to.
pub const INVISIBLE: [(u32, u32); 17] = [
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff9, 0xfffb),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// Whether `letter` shows nothing, or changes how the text around it is read.
pub(crate) fn is_invisible(letter: char) -> bool {
    let point = u32::from(letter);
    letter.is_control() || INVISIBLE.iter().any(|(from, to)| (*from..=*to).contains(&point))
}

/// The text with every invisible letter written out, as in `\u{202e}`.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_invisible(letter) {
            cleaned.extend(letter.escape_unicode());
        } else {
            cleaned.push(letter);
        }
    }
    cleaned
}

/// Words of the evidence: cleaned and cut at [`SHOWN`] letters.
pub fn cut(text: &str) -> String {
    let cleaned = clean(text);
    if cleaned.chars().count() <= SHOWN {
        return cleaned;
    }
    let mut short: String = cleaned.chars().take(SHOWN.saturating_sub(3)).collect();
    short.push_str("...");
    short
}

/// Words of the evidence in quotation marks: cleaned and cut, and no quotation mark in them, so
/// that they cannot end before their end.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(&text.replace('"', "'")))
}

/// JSON with the letters that a terminal would obey written out as JSON's own escapes. Outside
/// strings JSON has none but line breaks, which stay.
pub fn escaped_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == '\n' || !is_invisible(letter) {
            escaped.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_are_written_out() {
        assert_eq!(clean("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(clean("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(clean("x\u{202e}y\n"), "x\\u{202e}y\\u{a}");
        assert_eq!(clean("a\u{e0041}\u{2028}\u{200b}"), "a\\u{e0041}\\u{2028}\\u{200b}");
        assert_eq!(clean("Straße 東京"), "Straße 東京");
    }

    #[test]
    fn evidence_s_words_are_cut_and_cannot_close_their_quotation() {
        assert_eq!(quoted("a\" b"), "\"a' b\"");
        assert_eq!(quoted(&"x".repeat(SHOWN)).chars().count(), SHOWN + 2);
        let long = quoted(&"x".repeat(SHOWN + 1));
        assert!(long.ends_with("...\"") && long.chars().count() == SHOWN + 2, "{long}");
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({"a": "\u{9b}31m\u{202e}\u{e0041}\u{7f}é"});
        let json = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escaped_json(&json);
        assert!(escaped.chars().all(|letter| letter == '\n' || !is_invisible(letter)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
