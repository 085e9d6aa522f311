//! Which HPKE key an enclave of Tinfoil's hands to its clients (`/.well-known/hpke-keys`).

use crate::error::Error;
use crate::hex;
use crate::span::Span;

const WHAT: &str = "HPKE key configuration";

/// The path of the answer, which clients of the Encrypted HTTP Body Protocol ask for.
pub(crate) const PATH: &str = "/.well-known/hpke-keys";
/// The media type of the answer (RFC 9458 section 3.2).
pub(crate) const MEDIA_TYPE: &str = "application/ohttp-keys";

/// DHKEM(X25519, HKDF-SHA256) (RFC 9180 table 2).
const KEM: u16 = 0x0020;
/// HKDF-SHA256 and AES-256-GCM (RFC 9180 tables 3 and 5).
const SUITE: [u16; 2] = [0x0001, 0x0002];

/// The key of the first configuration in an answer: X25519, for HKDF-SHA256 and AES-256-GCM and
/// nothing else. It is one key configuration of RFC 9458 section 3.1; the protocol has further ones
/// passed over. Nobody signs any of it.
///
/// # Errors
/// When the answer is cut, or names another algorithm, or several.
pub fn hpke_key(bytes: &[u8]) -> Result<[u8; 32], Error> {
    let mut rest = bytes;
    let _id = taken::<1>(bytes, &mut rest)?;
    let kem = number(bytes, &mut rest)?;
    if kem != KEM {
        return Err(unsupported(bytes, format!("KEM {kem:#06x}")));
    }
    let key = taken::<32>(bytes, &mut rest)?;
    let length = usize::from(number(bytes, &mut rest)?);
    let suites = rest.get(..length).ok_or_else(|| truncated(bytes))?;
    let (suites, over) = suites.as_chunks::<4>();
    if suites.is_empty() || !over.is_empty() {
        return Err(Error::malformed(
            WHAT,
            Span::new(0, bytes.len()),
            "its list of suites is none",
        ));
    }
    let expected = SUITE.map(u16::to_be_bytes);
    match suites {
        [only] if only.as_slice() == expected.as_flattened() => Ok(key),
        others => Err(unsupported(bytes, hex::encode(others.as_flattened()))),
    }
}

fn number(whole: &[u8], rest: &mut &[u8]) -> Result<u16, Error> {
    taken(whole, rest).map(u16::from_be_bytes)
}

fn taken<const N: usize>(whole: &[u8], rest: &mut &[u8]) -> Result<[u8; N], Error> {
    let (own, after) = rest.split_first_chunk::<N>().ok_or_else(|| truncated(whole))?;
    *rest = after;
    Ok(*own)
}

fn truncated(whole: &[u8]) -> Error {
    Error::malformed(WHAT, Span::new(0, whole.len()), "it ends too early")
}

fn unsupported(whole: &[u8], value: String) -> Error {
    Error::unsupported(WHAT, value, Span::new(0, whole.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the protocol's public tests read of each configuration
    /// (`tinfoilsh/encrypted-http-body-protocol`, `test-vectors/conformance/config.json`).
    #[test]
    fn configurations_are_read_as_the_protocols_tests_say() {
        let key = "07".repeat(32);
        let good = format!("000020{key}000400010002");
        let second = format!("000020{}000400010002", "08".repeat(32));
        for text in [good.clone(), format!("{good}{second}")] {
            assert_eq!(hpke_key(&hex::decode(text).unwrap()).unwrap(), [7; 32]);
        }
        for text in [
            String::new(),
            "0000".to_owned(),
            format!("000020{}", "07".repeat(16)),
            format!("000020{key}00"),
            format!("000020{key}000800010002"),
            format!("000020{key}0000"),
            format!("000020{key}0003000100"),
            format!("000010{key}000400010002"),
            format!("000020{key}000400010003"),
            format!("000020{key}000400020002"),
            format!("000020{key}00080001000200010002"),
        ] {
            assert!(hpke_key(&hex::decode(&text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_configuration_that_is_cut_anywhere_names_no_key() {
        let good = hex::decode(format!("000020{}000400010002", "07".repeat(32))).unwrap();
        for length in 0..good.len() {
            assert!(hpke_key(&good[..length]).is_err(), "{length}");
        }
    }
}
