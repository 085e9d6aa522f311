//! Digests as types of their own, so that lengths cannot be confused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

use crate::error::Error;
use crate::hex;
use crate::span::Span;

macro_rules! digest {
    ($name:ident, $hasher:ty, $len:literal, $what:literal) => {
        #[doc = concat!("A ", $what, " digest: ", $len, " bytes.")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// Hashes `data`.
            pub fn of(data: &[u8]) -> Self {
                Self(<$hasher>::digest(data).into())
            }

            /// Hashes the parts one after another, with nothing between them.
            pub fn of_parts(parts: &[&[u8]]) -> Self {
                let mut hasher = <$hasher>::new();
                for part in parts {
                    hasher.update(part);
                }
                Self(hasher.finalize().into())
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            /// Lower-case hex.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Reads hex of either case; any other length is an error.
            fn from_str(text: &str) -> Result<Self, Error> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|error| {
                    Error::malformed(
                        concat!($what, " digest"),
                        Span::new(0, text.len()),
                        format!("expected {} hex digits: {error}", $len * 2),
                    )
                })?;
                Ok(Self(bytes))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

digest!(Sha256, sha2::Sha256, 32, "SHA-256");
digest!(Sha384, sha2::Sha384, 48, "SHA-384");
digest!(Sha512, sha2::Sha512, 64, "SHA-512");
digest!(Keccak256, sha3::Keccak256, 32, "Keccak-256");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc_are_those_of_fips_180() {
        assert_eq!(
            Sha256::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(Sha384::of(b"abc").to_string().starts_with("cb00753f45a35e8bb5a03d699ac65007"));
        assert!(Sha512::of(b"abc").to_string().starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(Sha256::of_parts(&[b"a", b"", b"bc"]), Sha256::of(b"abc"));
    }

    /// Ethereum, Yellow Paper: KEC of the empty string.
    #[test]
    fn keccak_is_the_one_before_fips_202() {
        assert_eq!(
            Keccak256::of(b"").to_string(),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
        );
    }

    #[test]
    fn digest_of_another_length_is_refused() {
        assert!(Sha256::from_str("00").is_err());
        assert!(Sha384::from_str(&"0".repeat(64)).is_err());
    }
}
