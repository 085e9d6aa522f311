//! The predicate of Tinfoil's freshness witness: which release of a repository is the newest
//! (`tinfoilsh/freshness-witness`).

use serde::Deserialize;

use crate::digest::Sha256;
use crate::error::Error;
use crate::span::Span;

/// The in-toto predicate type.
pub const TYPE: &str = "https://tinfoil.sh/predicate/freshness-witness/v1";

const WHAT: &str = "freshness witness";

/// What a witness says: this was the newest release when its workflow looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `owner/name` of the repository.
    pub repository: String,
    /// The tag of the release.
    pub tag: String,
    /// The commit of the tag, where the witness names one.
    pub commit: Option<String>,
    /// SHA-256 of the released file.
    pub digest: Sha256,
}

#[derive(Deserialize)]
struct File {
    endorses: Endorsed,
}

#[derive(Deserialize)]
struct Endorsed {
    repo: String,
    tag: String,
    commit: Option<String>,
    /// As the first witnesses had it.
    digest: Option<String>,
    subject: Option<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: String,
}

impl Witness {
    /// Reads the predicate of a statement whose members are unique.
    ///
    /// # Errors
    /// When it is not of this form, or names no digest, or two that differ.
    pub fn of_predicate(predicate: &serde_json::Value) -> Result<Self, Error> {
        let malformed = |why: String| Error::malformed(WHAT, Span::new(0, 0), why);
        let File { endorses } =
            File::deserialize(predicate).map_err(|error| malformed(error.to_string()))?;
        let subject = endorses.subject.map(|subject| subject.digest);
        let (first, second) = match (subject, endorses.digest) {
            (Some(first), second) => (first, second),
            (None, Some(only)) => (only, None),
            (None, None) => return Err(malformed("it names no digest".to_owned())),
        };
        if second.is_some_and(|second| second != first) {
            return Err(malformed("it names two digests".to_owned()));
        }
        let digest = first.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
        let digest = digest.ok_or_else(|| malformed("its digest is not SHA-256".to_owned()))?;
        let Endorsed { repo: repository, tag, commit, .. } = endorses;
        Ok(Self { repository, tag, commit, digest })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn witness_is_read_in_both_forms_that_were_published() {
        let digest = Sha256::of(b"released");
        let named = format!("sha256:{digest}");
        let first = json!({ "format": TYPE, "issued_at": "2026-02-01T00:00:00Z",
            "endorses": { "repo": "o/n", "tag": "v1", "digest": named } });
        let later = json!({ "format": TYPE, "endorses": { "repo": "o/n", "tag": "v1",
            "commit": "00", "subject": { "name": "tinfoil-deployment.json", "digest": named } } });
        let first = Witness::of_predicate(&first).unwrap();
        let later = Witness::of_predicate(&later).unwrap();
        assert_eq!((first.digest, later.digest), (digest, digest));
        assert_eq!((first.commit, later.commit.as_deref()), (None, Some("00")));
    }

    #[test]
    fn witness_without_one_digest_is_an_error() {
        let of = |endorses: serde_json::Value| {
            Witness::of_predicate(&json!({ "endorses": endorses })).is_err()
        };
        let [one, two] = [b"1", b"2"].map(|text| format!("sha256:{}", Sha256::of(text)));
        assert!(of(json!({ "repo": "o/n", "tag": "v1" })));
        assert!(of(json!({ "repo": "o/n", "tag": "v1", "digest": "sha512:00" })));
        assert!(of(json!({ "repo": "o/n", "tag": "v1", "digest": one,
            "subject": { "digest": two } })));
        assert!(of(json!({ "repo": "o/n", "digest": one })));
    }
}
