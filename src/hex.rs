//! Hex, into memory of the known length: the library's own functions go through an iterator of single digits, at
//! three times the cost.

pub(crate) use ::hex::decode_to_slice;
use ::hex::{FromHexError, encode_to_slice};

/// Bytes in lower case.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    written(bytes.as_ref())
}

/// The bytes of digits in lower or upper case.
///
/// # Errors
/// When a byte is no digit, or there is an odd number of them.
pub(crate) fn decode(digits: impl AsRef<[u8]>) -> Result<Vec<u8>, FromHexError> {
    read(digits.as_ref())
}

fn written(bytes: &[u8]) -> String {
    let mut digits = vec![0; bytes.len().saturating_mul(2)];
    // Never refused: the length is right, and digits are ASCII.
    let done = encode_to_slice(bytes, &mut digits);
    done.ok().and_then(|()| String::from_utf8(digits).ok()).unwrap_or_default()
}

fn read(digits: &[u8]) -> Result<Vec<u8>, FromHexError> {
    let mut bytes = vec![0; digits.len() / 2];
    decode_to_slice(digits, &mut bytes).map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10, and what the library's own functions say of the rest.
    #[test]
    fn digits_are_those_of_rfc_4648() {
        for (text, digits) in [("", ""), ("f", "66"), ("fo", "666f"), ("foobar", "666f6f626172")] {
            assert_eq!(encode(text), digits);
            assert_eq!(decode(digits).unwrap(), text.as_bytes());
        }
        assert_eq!(decode("fF0a"), Ok(vec![0xff, 0x0a]));
        for refused in ["0", "0g", "g0", " 00", "00 ", "é"] {
            assert_eq!(decode(refused), ::hex::decode(refused), "{refused}");
            assert!(decode(refused).is_err(), "{refused}");
        }
    }
}
