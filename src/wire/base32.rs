//! Base32 (RFC 4648 section 6).

/// The bytes that `text` spells in upper case and without padding. Only one spelling of the same
/// bytes is read: unused bits are zero.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u16, 0_u32);
    for letter in text {
        let value = match letter {
            b'A'..=b'Z' => letter.checked_sub(b'A')?,
            b'2'..=b'7' => letter.checked_sub(b'2')?.checked_add(26)?,
            _ => return None,
        };
        bits = bits << 5 | u16::from(value);
        count = count.checked_add(5)?;
        if let Some(left) = count.checked_sub(8) {
            let [_, byte] = (bits >> left).to_be_bytes();
            bytes.push(byte);
            bits &= !(u16::MAX << left);
            count = left;
        }
    }
    // Five bits or more would be a letter too many.
    (count < 5 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10, without the padding.
    #[test]
    fn the_vectors_of_the_rfc_are_read() {
        for (text, bytes) in [
            ("", ""),
            ("MY", "f"),
            ("MZXQ", "fo"),
            ("MZXW6", "foo"),
            ("MZXW6YQ", "foob"),
            ("MZXW6YTB", "fooba"),
            ("MZXW6YTBOI", "foobar"),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn another_spelling_of_the_same_bytes_is_refused() {
        for wrong in ["my", "MZ", "MY======", "M", "MZXW6Y", "MZX", "M1", "MZXW6YTBO"] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
