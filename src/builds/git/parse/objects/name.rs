//! Names of objects.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::hex;
use crate::span::Span;

/// The hash function of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// SHA-1: 20 bytes. Colliding objects can be made, so hashing looks for them.
    Sha1,
    /// SHA-256: 32 bytes.
    Sha256,
}

impl Format {
    /// Length of a name in bytes.
    pub(crate) const fn name_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The name that `bytes` are, when they have the length of one.
    pub fn name(self, bytes: &[u8]) -> Option<ObjectName> {
        match self {
            Self::Sha1 => bytes.try_into().map(ObjectName::Sha1).ok(),
            Self::Sha256 => bytes.try_into().map(ObjectName::Sha256).ok(),
        }
    }
}

/// The name of an object: a hash, by which function its length says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectName {
    /// In a SHA-1 repository.
    Sha1([u8; 20]),
    /// In a SHA-256 repository.
    Sha256([u8; 32]),
}

impl ObjectName {
    /// The hash function.
    pub const fn format(&self) -> Format {
        match self {
            Self::Sha1(_) => Format::Sha1,
            Self::Sha256(_) => Format::Sha256,
        }
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
        }
    }
}

impl FromStr for ObjectName {
    type Err = Error;

    /// Reads 40 or 64 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || {
            let why = "expected 40 or 64 lower-case hex digits";
            Error::malformed("git object name", Span::new(0, text.len()), why)
        };
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        let bytes = hex::decode(text).map_err(|_| refused())?;
        Format::Sha1.name(&bytes).or_else(|| Format::Sha256.name(&bytes)).ok_or_else(refused)
    }
}

impl fmt::Display for ObjectName {
    /// Lower-case hex.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectName({self})")
    }
}
