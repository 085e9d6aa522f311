//! The in-toto statement (attestation framework, Statement v1 and v0.1).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::{Sha256, Sha512};
use crate::error::Error;
use crate::span::Span;

/// The one DSSE payload type under which a payload is read as a statement.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

const WHAT: &str = "in-toto statement";

/// A statement: what is said (`predicate`) about which artifacts (`subjects`). Subject and
/// predicate are written by whoever holds the signing key; a build service does not check them.
#[derive(Clone, Debug)]
pub struct Statement {
    kind: StatementType,
    subjects: Vec<Subject>,
    predicate_type: String,
    predicate: serde_json::Value,
}

/// Version of the statement format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementType {
    /// `https://in-toto.io/Statement/v0.1`
    V0_1,
    /// `https://in-toto.io/Statement/v1`
    V1,
}

/// An artifact: a name and its digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    name: String,
    digests: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<WireSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(default)]
    predicate: serde_json::Value,
}

#[derive(Deserialize)]
struct WireSubject {
    #[serde(default)]
    name: String,
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

impl StatementType {
    /// The value of `_type`.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::V0_1 => "https://in-toto.io/Statement/v0.1",
            Self::V1 => "https://in-toto.io/Statement/v1",
        }
    }
}

impl Statement {
    /// Reads a statement from the signed bytes themselves.
    ///
    /// A member that appears twice is an error. There is at least one subject, each subject has
    /// at least one digest, and digests of known algorithms are lower-case hex of the
    /// algorithm's length. Members that the format does not define are not read.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another `_type`, [`Error::Malformed`] for the rest; the span is
    /// one in `payload`.
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let whole = Span::new(0, payload.len());
        let wire: Wire = crate::json::from_slice(WHAT, payload)?;
        let kind = match wire.kind.as_str() {
            "https://in-toto.io/Statement/v1" => StatementType::V1,
            "https://in-toto.io/Statement/v0.1" => StatementType::V0_1,
            other => return Err(Error::unsupported("in-toto statement _type", other, whole)),
        };
        if wire.subject.is_empty() {
            return Err(Error::malformed("in-toto statement subject", whole, "it is empty"));
        }
        if wire.predicate_type.is_empty() {
            return Err(Error::malformed("in-toto statement predicateType", whole, "it is empty"));
        }
        let subjects = wire
            .subject
            .into_iter()
            .map(|subject| Subject::new(subject, whole))
            .collect::<Result<_, _>>()?;
        Ok(Self { kind, subjects, predicate_type: wire.predicate_type, predicate: wire.predicate })
    }

    /// The statement's format.
    pub const fn kind(&self) -> StatementType {
        self.kind
    }

    /// Every subject, in order; never empty.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// The URI that says how the predicate is to be read.
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// The predicate; `Null` when there is none.
    pub const fn predicate(&self) -> &serde_json::Value {
        &self.predicate
    }
}

impl Subject {
    fn new(wire: WireSubject, at: Span) -> Result<Self, Error> {
        let what = "in-toto statement subject digest";
        if wire.digest.is_empty() {
            return Err(Error::malformed(what, at, "a subject has none"));
        }
        for (algorithm, value) in &wire.digest {
            let lengths: &[usize] = match algorithm.as_str() {
                "sha1" => &[40],
                "sha256" => &[64],
                "sha384" => &[96],
                "sha512" => &[128],
                "gitCommit" | "gitTree" | "gitBlob" | "gitTag" => &[40, 64],
                _ => continue,
            };
            if !lengths.contains(&value.len()) || !is_lower_hex(value) {
                let why = format!("{algorithm} is not lower-case hex of its length");
                return Err(Error::malformed(what, at, why));
            }
        }
        Ok(Self { name: wire.name, digests: wire.digest })
    }

    /// Its name, which may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its digest under `algorithm`, as written.
    pub fn digest(&self, algorithm: &str) -> Option<&str> {
        self.digests.get(algorithm).map(String::as_str)
    }

    /// Its SHA-256 digest.
    pub fn sha256(&self) -> Option<Sha256> {
        self.digest("sha256").and_then(|hex| hex.parse().ok())
    }

    /// Its SHA-512 digest.
    pub fn sha512(&self) -> Option<Sha512> {
        self.digest("sha512").and_then(|hex| hex.parse().ok())
    }
}

/// Whether `text` is lower-case hex digits only.
pub(crate) fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(subjects: &str) -> String {
        format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":{subjects},
               "predicateType":"https://example.com/p/v1"}}"#
        )
    }

    #[test]
    fn every_subject_is_kept() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let json = statement(&format!(
            r#"[{{"name":"a","digest":{{"other":"XY"}}}},{{"digest":{{"sha256":"{hex}"}}}}]"#
        ));
        let statement = Statement::parse(json.as_bytes()).unwrap();
        let [first, second] = statement.subjects() else { panic!("two subjects") };
        assert_eq!((first.name(), first.sha256()), ("a", None));
        assert_eq!(second.sha256(), Some(Sha256::of(b"abc")));
        assert!(statement.predicate().is_null());
    }

    #[test]
    fn statements_that_two_readers_could_read_differently_are_refused() {
        let upper = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        for json in [
            statement("[]"),
            statement(r#"[{"name":"a"}]"#),
            statement(r#"[{"digest":{"sha256":"00"}}]"#),
            statement(&format!(r#"[{{"digest":{{"sha256":"{upper}"}}}}]"#)),
            statement(r#"[{"digest":{"a":"1","a":"2"}}]"#),
            statement(r#"[{"digest":{"a":"1"}}]"#).replace("Statement/v1", "Statement/v2"),
            statement(r#"[{"digest":{"a":"1"}}]"#).replace("https://example.com/p/v1", ""),
            statement(r#"[{"digest":{"a":"1"}}]"#) + "{}",
        ] {
            assert!(Statement::parse(json.as_bytes()).is_err(), "{json}");
        }
    }
}
