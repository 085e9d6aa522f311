//! An audit file: one HTML page with the verifier in it, and a place that a bundle goes into.
//!
//! The bundle stands in its place as letters, compressed, with the letters' SHA-256 beside them. No
//! hash in the page is about the place. The same bundle in the same page is the same file, byte for
//! byte, whoever puts it there.
//!
//! # What it does not show
//! Who made it. The digest notices damage: whoever changes the letters can compute it anew.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::digest::Sha256;
use crate::engine::MAX_INPUT;
use crate::engine::bundle::Bundle;
use crate::error::Error;
use crate::span::Span;

/// Where a bundle goes in a page, which has the place once.
pub const PLACE: &str = "<script type=\"text/plain\" id=\"bundle\"></script>";

/// What stands before the letters of a bundle, and between their digest and them.
const BEGIN: &str = "<script type=\"text/plain\" id=\"bundle\" data-sha256=\"";
const MIDDLE: &str = "\">";
const END: &str = "</script>";

const DOCTYPE: &[u8] = b"<!doctype html>";

const WHAT: &str = "audit file";

/// Letters in a line.
const LINE: usize = 4_000;

/// The letters of ASCII that no block has: one that no page may have, the ends of lines, and one that
/// could end a script element or begin a comment. Every other letter of ASCII is its own seven bits.
const ABSENT: [u32; 4] = [0x00, 0x0a, 0x0d, 0x3c];

/// The first letter of those of two bytes: each is seven bits that an absent letter would be, and the
/// seven after them.
const PAIRS: u32 = 0x100;

/// The first letter of those that are an absent letter's seven bits with nothing after them.
const LASTS: u32 = 0xa1;

/// How many bits a letter is.
const BITS: u32 = 7;

/// `page` with `bundle` in its place; `None` when it does not have the place once.
///
/// # Errors
/// When the bundle would be larger than what is read.
pub fn filled(page: &str, bundle: &Bundle) -> Result<Option<String>, Error> {
    Ok(with(page, bundle.to_json()?.as_bytes()))
}

fn with(page: &str, bundle: &[u8]) -> Option<String> {
    let (before, after) = page.split_once(PLACE)?;
    if after.contains(PLACE) {
        return None;
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(bundle).and_then(|()| encoder.finish()).ok()?;
    let letters = letters(&packed);
    let digest = Sha256::of(letters.as_bytes());
    Some(format!("{before}{BEGIN}{digest}{MIDDLE}{}{END}{after}", lines(&letters)))
}

/// `bytes` as the letters of a block, in lines.
pub fn block(bytes: &[u8]) -> String {
    lines(&letters(bytes))
}

/// Whether bytes call themselves a page with a bundle in it.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    placed(bytes).is_some()
}

/// The bundle in a page, as it was put there.
///
/// # Errors
/// [`Error::Malformed`] when it was changed since, [`Error::TooLarge`] when it is too large.
pub(crate) fn taken(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let changed = || {
        let why = "the bundle in it was changed after it was put there";
        Error::malformed(WHAT, Span::new(0, bytes.len()), why)
    };
    let (digest, letters) = placed(bytes).ok_or_else(changed)?;
    let letters: String = letters.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect();
    if digest != Sha256::of(letters.as_bytes()).to_string() {
        return Err(changed());
    }
    let packed = unlettered(&letters).ok_or_else(changed)?;
    let limit = u64::try_from(MAX_INPUT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bundle = Vec::new();
    let read = DeflateDecoder::new(packed.as_slice()).take(limit).read_to_end(&mut bundle);
    read.map_err(|_| changed())?;
    Error::cap(WHAT, bundle.len(), MAX_INPUT)?;
    Ok(bundle)
}

/// The digest that stands in a page beside the letters of its bundle, and the letters.
fn placed(bytes: &[u8]) -> Option<(&str, &str)> {
    let begin = bytes.trim_ascii_start().get(..DOCTYPE.len())?;
    if !begin.eq_ignore_ascii_case(DOCTYPE) {
        return None;
    }
    let (_, own) = std::str::from_utf8(bytes).ok()?.split_once(BEGIN)?;
    own.split_once(END)?.0.split_once(MIDDLE)
}

fn lines(letters: &str) -> String {
    let mut text = String::with_capacity(letters.len().saturating_add(letters.len() / LINE));
    for (place, letter) in letters.chars().enumerate() {
        if place > 0 && place.is_multiple_of(LINE) {
            text.push('\n');
        }
        text.push(letter);
    }
    text
}

/// Bits are taken from the least one of each byte on; what is missing at the end is zero.
fn letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(8).div_ceil(6));
    let mut absent = None;
    let mut put = |value: u32| {
        if let Some(first) = absent.take() {
            let pair = (first << BITS) | value;
            text.extend(char::from_u32(PAIRS.saturating_add(pair)));
        } else if let Some(place) = (0..).zip(ABSENT).find(|(_, own)| *own == value) {
            absent = Some(place.0);
        } else {
            text.extend(char::from_u32(value));
        }
    };
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in bytes {
        bits |= u32::from(*byte).wrapping_shl(count);
        count = count.saturating_add(8);
        while count >= BITS {
            put(bits & 0x7f);
            bits >>= BITS;
            count = count.saturating_sub(BITS);
        }
    }
    if count > 0 {
        put(bits);
    }
    text.extend(absent.and_then(|first| char::from_u32(LASTS.saturating_add(first))));
    text
}

/// The bytes that letters stand for; `None` for letters that [`letters`] does not write.
fn unlettered(text: &str) -> Option<Vec<u8>> {
    let absent = |place: u32| usize::try_from(place).ok().and_then(|place| ABSENT.get(place));
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        let code = u32::from(letter);
        let (value, more) = if let Some(pair) = code.checked_sub(PAIRS) {
            (absent(pair >> BITS)? | ((pair & 0x7f) << BITS), 2 * BITS)
        } else if let Some(place) = code.checked_sub(LASTS) {
            (*absent(place).filter(|_| rest.as_str().is_empty())?, BITS)
        } else {
            (Some(code).filter(|code| *code <= 0x7f && !ABSENT.contains(code))?, BITS)
        };
        bits |= value.wrapping_shl(count);
        count = count.saturating_add(more);
        while count >= 8 {
            bytes.extend(bits.to_le_bytes().first());
            bits >>= 8;
            count = count.saturating_sub(8);
        }
    }
    // What is left over is less than a letter, and stands for nothing.
    (bits == 0 && count < BITS).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_seven_bits_and_one_of_two_bytes_fourteen() {
        for (bytes, text) in [
            (&b""[..], ""),
            // 0x61 has seven bits; the eighth is a letter that is absent, and the last.
            (b"a", "a\u{a1}"),
            // Fourteen bits that are zero, and two.
            (b"\0\0", "\u{100}\u{a1}"),
            (b"\xff\xff", "\x7f\x7f\x03"),
            // 0x3c, then 0x7f, then the two bits that are left.
            (b"\xbc\x3f", "\u{2ff}\u{a1}"),
        ] {
            assert_eq!(letters(bytes), text);
            assert_eq!(unlettered(text).unwrap(), bytes);
        }
        for length in 0..40 {
            for step in 0..=255 {
                let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(step) ^ 0x3c).collect();
                let text = letters(&bytes);
                assert!(!text.contains(['\0', '\n', '\r', '<']));
                assert_eq!(unlettered(&text).unwrap(), bytes, "{length} {step}");
            }
        }
        // A letter that is absent, one of no kind, one that is the last and has others after it, bits
        // that stand for nothing, and a letter too many.
        let none =
            ["<", "\n", "\u{300}", "\u{a5}", "\u{a0}", "aa\u{a1}a", "aa", "aaaaaaa", "\u{a1}"];
        for text in none {
            assert_eq!(unlettered(text), None, "{text:?}");
        }
    }

    fn page() -> String {
        format!("<!doctype html>\n<p>1</p>{PLACE}<p>2</p>")
    }

    #[test]
    fn a_bundle_goes_into_its_place_and_comes_out_again_and_nothing_else_changes() {
        let bundle: Vec<u8> =
            (0..60_000_u32).flat_map(|n| (n.wrapping_mul(n)).to_le_bytes()).collect();
        let whole = with(&page(), &bundle).unwrap();
        let own = whole.strip_prefix("<!doctype html>\n<p>1</p>").unwrap();
        let own = own.strip_suffix("<p>2</p>").unwrap();
        let own = own.strip_prefix(BEGIN).and_then(|own| own.strip_suffix(END)).unwrap();
        let (digest, letters) = own.split_once(MIDDLE).unwrap();
        assert!(letters.split('\n').count() > 1);
        assert!(letters.split('\n').all(|line| (1..=LINE).contains(&line.chars().count())));
        assert_eq!(digest, Sha256::of(letters.replace('\n', "").as_bytes()).to_string());
        assert!(is_one(whole.as_bytes()));
        assert_eq!(taken(whole.as_bytes()).unwrap(), bundle);
        assert_eq!(taken(whole.replace('\n', "\r\n").as_bytes()).unwrap(), bundle);
    }

    #[test]
    fn a_page_without_a_place_or_with_two_or_with_a_bundle_takes_none() {
        let whole = with(&page(), b"{}").unwrap();
        for page in ["<!doctype html>", &format!("{0}{0}", page()), &whole] {
            assert_eq!(with(page, b"{}"), None);
        }
        assert!(!is_one(page().as_bytes()));
    }

    #[test]
    fn a_letter_that_is_changed_anywhere_is_noticed() {
        let whole = with(&page(), b"something that is kept").unwrap();
        let begin = whole.find(BEGIN).unwrap() + BEGIN.len();
        let end = whole.find("<p>2</p>").unwrap() - END.len();
        for at in begin..end {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            assert!(taken(&bytes).is_err(), "{at}");
        }
    }
}
