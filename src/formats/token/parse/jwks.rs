//! Keys of services that sign tokens: lists (JSON Web Key Set, RFC 7517), and a single key in PEM.
//!
//! Nothing signs them: they are worth as much as the way on which they came. Certificates in a
//! list (`x5c`) are read for their key and vouch for nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::digest::Sha256;
use crate::error::Error;
use crate::json;
use crate::pki::{Cert, KeyKind, PublicKey, pem_blocks};
use crate::span::Span;

const WHAT: &str = "list of token keys";

/// The RSA and P-384 keys of a list, or the keys of a PEM file. Keys of other kinds in a list are
/// left out.
#[derive(Clone, Debug)]
pub struct KeyList {
    /// The keys, in order.
    pub keys: Vec<ListedKey>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its name in the list; none for a key in PEM.
    pub key_id: Option<String>,
    /// The one algorithm it is for, when the list says so.
    pub algorithm: Option<String>,
    /// The key.
    pub public: PublicKey,
}

/// A key that a policy names: in PEM (`PUBLIC KEY`), or by SHA-256 of its SubjectPublicKeyInfo in
/// hex.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pin {
    /// SHA-256 of the key's SubjectPublicKeyInfo.
    pub fingerprint: Sha256,
    /// The key, when the policy holds it.
    pub key: Option<ListedKey>,
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
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
    #[serde(default)]
    x5c: Vec<String>,
}

impl KeyList {
    /// The largest list that is read, in bytes.
    pub const MAX: usize = 256 * 1024;
    /// The most keys.
    pub(crate) const MAX_KEYS: usize = 64;

    /// Parses a list in JSON, or keys in PEM.
    ///
    /// # Errors
    /// When it is neither, a key's numbers are not base64url or not a key's, a key and its
    /// certificate differ, or two keys have one name.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        if bytes.trim_ascii_start().starts_with(b"-----BEGIN ") {
            return Self::from_pem(bytes);
        }
        let written: Written = json::from_slice(WHAT, bytes)?;
        Error::cap(WHAT, written.keys.len(), Self::MAX_KEYS)?;
        let wrong = |why| Error::malformed(WHAT, Span::new(0, bytes.len()), why);
        let mut keys: Vec<ListedKey> = Vec::new();
        for key in written.keys {
            let public = match (key.kty.as_str(), key.crv.as_deref()) {
                ("RSA", _) => key.rsa(),
                ("EC", Some("P-384")) => key.p384(),
                _ => continue,
            };
            if key.kid.is_some() && keys.iter().any(|known| known.key_id == key.kid) {
                return Err(wrong("two keys have the same name"));
            }
            let public = public.ok_or_else(|| wrong("a key's numbers are not those of a key"))?;
            keys.push(ListedKey { key_id: key.kid, algorithm: key.alg, public });
        }
        Ok(Self { keys })
    }

    fn from_pem(bytes: &[u8]) -> Result<Self, Error> {
        const PEM: &str = "token key";
        let blocks = pem_blocks(PEM, bytes)?;
        Error::cap(PEM, blocks.len(), Self::MAX_KEYS)?;
        let keys = blocks.into_iter().map(|(label, der)| {
            if label != "PUBLIC KEY" {
                return Err(Error::unsupported(PEM, &label, Span::new(0, bytes.len())));
            }
            let public = PublicKey::from_spki(PEM, &der)?;
            Ok(ListedKey { key_id: None, algorithm: None, public })
        });
        Ok(Self { keys: keys.collect::<Result<_, Error>>()? })
    }

    /// The key called `key_id`, or the only key without a name for a token that names none.
    pub fn key(&self, key_id: Option<&str>) -> Option<&ListedKey> {
        let mut named = self.keys.iter().filter(|key| key.key_id.as_deref() == key_id);
        match (named.next(), named.next()) {
            (Some(key), None) => Some(key),
            _ => None,
        }
    }
}

impl WrittenKey {
    /// From its numbers, or from its certificate when it has none, as in Microsoft's lists.
    fn rsa(&self) -> Option<PublicKey> {
        if self.n.is_none() && self.e.is_none() {
            return self.certified()?.filter(|key| matches!(key.kind(), KeyKind::Rsa(_)));
        }
        PublicKey::rsa(WHAT, &number(self.n.as_deref())?, &number(self.e.as_deref())?)
    }

    /// From its coordinates, or from its certificate when it has none; with both, they agree (RFC
    /// 7517 section 4.7).
    fn p384(&self) -> Option<PublicKey> {
        let certified = self.certified()?;
        if self.x.is_none() && self.y.is_none() {
            return certified;
        }
        let (x, y) = (number(self.x.as_deref())?, number(self.y.as_deref())?);
        let key = PublicKey::p384(WHAT, &x, &y)?;
        certified.is_none_or(|certified| certified == key).then_some(key)
    }

    /// The key of its certificate, when it has one; nothing when that cannot be read.
    fn certified(&self) -> Option<Option<PublicKey>> {
        let Some(text) = self.x5c.first() else { return Some(None) };
        let der = STANDARD.decode(text).ok()?;
        let cert = Cert::parse(WHAT, &der).ok()?;
        PublicKey::from_spki(WHAT, cert.spki()).ok().map(Some)
    }
}

fn number(text: Option<&str>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

impl TryFrom<String> for Pin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !text.starts_with("-----BEGIN ") {
            let fingerprint = text.parse().map_err(|_| "a key is neither PEM nor a SHA-256")?;
            return Ok(Self { fingerprint, key: None });
        }
        let list = KeyList::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        match <[ListedKey; 1]>::try_from(list.keys) {
            Ok([key]) => Ok(Self { fingerprint: key.public.fingerprint(), key: Some(key) }),
            Err(_) => Err("one key a text".into()),
        }
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
        assert_eq!(list.key(Some("b")).unwrap().public.bits(), [0x30, 8, 2, 3, 1, 0, 1, 2, 1, 3]);
        assert!(list.key(Some("a")).is_none() && list.key(None).is_none());
    }

    #[test]
    fn two_keys_of_one_name_are_refused() {
        let list = br#"{"keys":[{"kty":"RSA","kid":"b","n":"AQAB","e":"Aw"},
            {"kty":"RSA","kid":"b","n":"AQAC","e":"Aw"}]}"#;
        assert!(KeyList::parse(list).is_err());
    }

    #[test]
    fn a_p384_key_has_two_coordinates_of_48_bytes() {
        let list = |x: usize, y: usize| {
            let text = |len| URL_SAFE_NO_PAD.encode(vec![1; len]);
            let (x, y) = (text(x), text(y));
            format!(r#"{{"keys":[{{"kty":"EC","crv":"P-384","x":"{x}","y":"{y}"}}]}}"#)
        };
        let read = KeyList::parse(list(48, 48).as_bytes()).unwrap();
        assert_eq!(read.key(None).unwrap().public.kind(), &KeyKind::P384);
        for (x, y) in [(47, 48), (48, 49), (0, 0)] {
            assert!(KeyList::parse(list(x, y).as_bytes()).is_err(), "{x} {y}");
        }
    }
}
