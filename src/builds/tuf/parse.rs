//! Metadata of The Update Framework: signed files that say which file is current.
//!
//! Only the envelope is read here, so that a file can be told apart from others and put in order.
//! Nothing is believed: the signatures are checked in [`crate::builds::tuf::verify`].

use serde::Deserialize;

use crate::error::Error;
use crate::span::Span;
use crate::time::UnixTime;

const WHAT: &str = "TUF metadata";

/// The largest metadata of any role, in bytes.
const LARGEST: usize = 5_000_000;

/// What a metadata file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Whose keys count for which role.
    Root,
    /// Which snapshot is current; renewed every few days.
    Timestamp,
    /// Which versions of the other files belong together.
    Snapshot,
    /// Which files are published, with length and digest.
    Targets,
}

impl Role {
    /// The word of the format, and of a finding's part.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Timestamp => "timestamp",
            Self::Snapshot => "snapshot",
            Self::Targets => "targets",
        }
    }

    /// The largest file of this role that is read, in bytes: the limits of sigstore-tuf's client.
    pub const fn max(self) -> usize {
        match self {
            Self::Root => 512_000,
            Self::Timestamp => 16_384,
            Self::Snapshot => 2_000_000,
            Self::Targets => LARGEST,
        }
    }
}

/// The envelope of a metadata file, with the file.
#[derive(Clone, Debug)]
pub struct Metadata<'a> {
    /// What it is about.
    pub role: Role,
    /// Its version; a newer file has a greater one.
    pub version: u64,
    /// The last moment for which it counts.
    pub expires: UnixTime,
    /// The ids of the keys that it says it is signed with.
    pub(crate) key_ids: Vec<String>,
    /// The file as received.
    pub bytes: &'a [u8],
}

impl<'a> Metadata<'a> {
    /// Whether `bytes` have the shape of a metadata file: a JSON object with the members `signed`
    /// and `signatures`.
    pub(crate) fn is_one(bytes: &[u8], has: impl Fn(&str) -> bool) -> bool {
        bytes.len() <= LARGEST && has("signed") && has("signatures")
    }

    /// Reads the envelope.
    ///
    /// # Errors
    /// When it is not JSON of the form, a member appears twice, or the role is none of the four.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), LARGEST)?;
        let envelope: Envelope = crate::json::from_slice(WHAT, bytes)?;
        let whole = Span::new(0, bytes.len());
        let role = match envelope.signed.kind.as_str() {
            "root" => Role::Root,
            "timestamp" => Role::Timestamp,
            "snapshot" => Role::Snapshot,
            "targets" => Role::Targets,
            other => return Err(Error::unsupported("TUF metadata _type", other, whole)),
        };
        Ok(Self {
            role,
            version: envelope.signed.version,
            expires: envelope.signed.expires.parse().map_err(|error: Error| {
                Error::malformed("TUF metadata expires", whole, error.to_string())
            })?,
            key_ids: envelope.signatures.into_iter().map(|signature| signature.keyid).collect(),
            bytes,
        })
    }
}

#[derive(Deserialize)]
struct Envelope {
    signed: Signed,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signed {
    #[serde(rename = "_type")]
    kind: String,
    version: u64,
    expires: String,
}

#[derive(Deserialize)]
struct Signature {
    keyid: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Names;

    const TIMESTAMP: &str = r#"{"signed":{"_type":"timestamp","version":3,
        "expires":"2026-12-01T00:00:00Z"},"signatures":[{"keyid":"a","sig":""}]}"#;

    fn is_one(json: &str) -> bool {
        let names = Names::of(json.as_bytes()).unwrap();
        Metadata::is_one(json.as_bytes(), |name| names.has(name))
    }

    #[test]
    fn envelope_is_read() {
        let metadata = Metadata::parse(TIMESTAMP.as_bytes()).unwrap();
        assert!(is_one(TIMESTAMP));
        assert_eq!((metadata.role, metadata.version), (Role::Timestamp, 3));
        assert_eq!(metadata.expires.to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(metadata.key_ids, ["a"]);
    }

    #[test]
    fn envelope_with_a_member_twice_or_of_another_role_is_refused() {
        let twice = TIMESTAMP.replace("\"version\":3", "\"version\":2,\"version\":3");
        assert!(Metadata::parse(twice.as_bytes()).is_err());
        let other = TIMESTAMP.replace("\"timestamp\"", "\"mirrors\"");
        assert!(Metadata::parse(other.as_bytes()).is_err());
        assert!(!is_one(r#"{"signed":{}}"#));
    }
}
