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

/// The letters of ASCII that can be seen, without `&`, `<` and `\`: two of them are 13 bits, and no run
/// of them ends a script element or begins a comment.
const ALPHABET: &[u8; 91] = b"!\"#$%'()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`\
    abcdefghijklmnopqrstuvwxyz{|}~";

/// How many bits two letters are, and how many a last one by itself.
const PAIR: u32 = 13;
const LAST: u32 = 6;

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
    let lines = letters.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\n")
}

/// Bits are taken from the least one of each byte on.
fn letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(5).div_ceil(4));
    let letter = |digit: u32| {
        let digit = usize::try_from(digit).unwrap_or(usize::MAX);
        ALPHABET.get(digit).copied().map_or('!', char::from)
    };
    let mut put = |value: u32| text.extend([letter(value / 91), letter(value % 91)]);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in bytes {
        bits |= u32::from(*byte).wrapping_shl(count);
        count = count.saturating_add(8);
        if count >= PAIR {
            put(bits & 0x1fff);
            bits >>= PAIR;
            count = count.saturating_sub(PAIR);
        }
    }
    match count {
        0 => {}
        1..=LAST => text.push(letter(bits)),
        _ => put(bits),
    }
    text
}

/// The bytes that letters stand for; `None` for letters that [`letters`] does not write.
fn unlettered(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: &u8| {
        ALPHABET.iter().position(|own| own == letter).and_then(|digit| u32::try_from(digit).ok())
    };
    let mut bytes = Vec::with_capacity(text.len().saturating_mul(4).div_ceil(5));
    let (mut bits, mut count) = (0_u32, 0_u32);
    for pair in text.as_bytes().chunks(2) {
        let (value, more) = match pair {
            [first, second] => (digit(first)?.checked_mul(91)?.checked_add(digit(second)?)?, PAIR),
            [last] => (digit(last)?, LAST),
            _ => return None,
        };
        if value >= 1_u32.wrapping_shl(more) {
            return None;
        }
        bits |= value.wrapping_shl(count);
        count = count.saturating_add(more);
        while count >= 8 {
            bytes.extend(bits.to_le_bytes().first());
            bits >>= 8;
            count = count.saturating_sub(8);
        }
    }
    // What is left over stands for nothing.
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_are_thirteen_bits_and_a_last_one_six() {
        for (bytes, text) in [
            (&b""[..], ""),
            // 1 * 91 + 6.
            (b"a", "\"("),
            (b"\0", "!!"),
            // 8191 is 90 * 91 + 1; the three bits that are left are 7.
            (b"\xff\xff", "~\"("),
        ] {
            assert_eq!(letters(bytes), text);
            assert_eq!(unlettered(text).unwrap(), bytes);
        }
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|n| n * 37 ^ 0xa5).collect();
            assert_eq!(unlettered(&letters(&bytes)).unwrap(), bytes, "{length}");
        }
        // 8192, a letter that is none, and bits that stand for nothing.
        for text in ["~#", "a&", "!~", "!!~"] {
            assert_eq!(unlettered(text), None, "{text}");
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
        assert!(letters.lines().count() > 1);
        assert!(letters.lines().all(|line| (1..=LINE).contains(&line.len())));
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
