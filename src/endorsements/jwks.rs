//! Lists of public keys (JSON Web Key Set, RFC 7517) of services that sign tokens.
//!
//! Nothing signs such a list: it is worth as much as the way on which it came.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::bytes::Span;
use crate::error::Error;
use crate::json;

const WHAT: &str = "list of token keys";

/// The RSA keys of a list. Keys of other kinds are left out.
#[derive(Clone, Debug)]
pub struct KeyList {
    /// The keys, in order.
    pub keys: Vec<RsaKey>,
}

/// One RSA key (RFC 7518 section 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// Its name in the list.
    pub key_id: Option<String>,
    /// The one algorithm it is for, when the list says so.
    pub algorithm: Option<String>,
    /// The modulus, big-endian.
    pub modulus: Vec<u8>,
    /// The public exponent, big-endian.
    pub exponent: Vec<u8>,
}

#[derive(Deserialize)]
struct Written {
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
}

impl KeyList {
    /// The largest list that is read, in bytes.
    pub const MAX: usize = 256 * 1024;
    /// The most keys.
    pub const MAX_KEYS: usize = 64;

    /// Parses a list.
    ///
    /// # Errors
    /// When it is not JSON of that form, a key's numbers are not base64url, or two keys have one
    /// name.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let written: Written = json::from_slice(WHAT, bytes)?;
        Error::cap(WHAT, written.keys.len(), Self::MAX_KEYS)?;
        let whole = Span::new(0, bytes.len());
        let number = |text: Option<String>| {
            URL_SAFE_NO_PAD
                .decode(text.unwrap_or_default())
                .map_err(|_| Error::malformed(WHAT, whole, "a key's number is not base64url"))
        };
        let mut keys: Vec<RsaKey> = Vec::new();
        for key in written.keys.into_iter().filter(|key| key.kty == "RSA") {
            if key.kid.is_some() && keys.iter().any(|known| known.key_id == key.kid) {
                return Err(Error::malformed(WHAT, whole, "two keys have the same name"));
            }
            keys.push(RsaKey {
                key_id: key.kid,
                algorithm: key.alg,
                modulus: number(key.n)?,
                exponent: number(key.e)?,
            });
        }
        Ok(Self { keys })
    }

    /// The key called `key_id`.
    pub fn key(&self, key_id: &str) -> Option<&RsaKey> {
        self.keys.iter().find(|key| key.key_id.as_deref() == Some(key_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rsa_keys_are_read_and_others_left_out() {
        let list = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a"},
            {"kty":"RSA","kid":"b","n":"AQAB","e":"Aw","alg":"RS256"}]}"#;
        let list = KeyList::parse(list).unwrap();
        assert_eq!(list.keys.len(), 1);
        assert_eq!(list.key("b").unwrap().modulus, [1, 0, 1]);
        assert!(list.key("a").is_none());
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let list = br#"{"keys":[{"kty":"RSA","kid":"b","n":"AQAB","e":"Aw"},
            {"kty":"RSA","kid":"b","n":"AQAC","e":"Aw"}]}"#;
        assert!(KeyList::parse(list).is_err());
    }
}
