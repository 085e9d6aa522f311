//! Text that is fit for a terminal: wrapped and cut.

pub(super) use silicon_to_source::text::clean;

/// Lines of at most `width` columns; a word that is longer stands alone.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0_usize;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        let with_space = used.saturating_add(len).saturating_add(usize::from(used > 0));
        match lines.last_mut() {
            Some(line) if used == 0 || with_space <= width => {
                if used > 0 {
                    line.push(' ');
                }
                line.push_str(word);
                used = with_space;
            }
            _ => {
                lines.push(word.to_owned());
                used = len;
            }
        }
    }
    lines
}

/// Pieces of at most `width` columns, cut anywhere: for hex, and for words that are too long.
pub(super) fn cut(text: &str, width: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    if letters.is_empty() {
        return vec![String::new()];
    }
    letters.chunks(width.max(1)).map(|piece| piece.iter().collect()).collect()
}

/// Whether hex digits stand for at least eight bytes, all of them zero.
pub(super) fn is_zero(hex: &str) -> bool {
    hex.len() >= 16 && hex.bytes().all(|digit| digit == b'0')
}

/// Hex digits with the middle left out, or `None` when there are few enough to show.
pub(super) fn shortened(hex: &str) -> Option<String> {
    const SHOWN: usize = 128;
    let head = hex.get(..32)?;
    let tail = hex.get(hex.len().checked_sub(16)?..)?;
    (hex.len() > SHOWN).then(|| format!("{head}...{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_within_the_width_and_lose_no_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("extraordinary it is", 5), ["extraordinary", "it is"]);
    }

    #[test]
    fn long_hex_is_cut_without_losing_a_digit() {
        assert_eq!(cut("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(cut("", 4), [""]);
        assert_eq!(shortened(&"a".repeat(128)), None);
        let expected = format!("{}...{}", "a".repeat(32), "a".repeat(16));
        assert_eq!(shortened(&"a".repeat(130)), Some(expected));
    }
}
