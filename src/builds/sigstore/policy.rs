//! What a policy says about Sigstore bundles: whose keys count, and what they are about.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::digest::{Sha256, Sha512};
use crate::finding::Rule;
use crate::requirements::Common;

/// What the reader expects of a Sigstore bundle.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SigstorePolicy {
    /// A `trusted_root.json` in place of those that come with the verifier: an object in the
    /// policy file, here its JSON text. It comes from the reader only; a file of this kind beside
    /// the evidence is never used.
    #[serde(deserialize_with = "json")]
    pub trusted_root: Option<Vec<u8>>,
    /// Public keys (PEM, `PUBLIC KEY`) that may sign without a certificate. The bundle's own hint
    /// chooses none of them: each is tried.
    pub keys: Vec<String>,
    /// What to do about a signature of an instance that keeps no public log: a warning unless
    /// the policy says otherwise.
    pub no_public_log: Rule,
    /// The artifact that the signature has to be about.
    pub artifact: Option<Artifact>,
}

impl Default for SigstorePolicy {
    fn default() -> Self {
        Self { trusted_root: None, keys: Vec::new(), no_public_log: Rule::Warn, artifact: None }
    }
}

fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(text.map(|text| text.get().as_bytes().to_vec()))
}

/// An artifact by its digests. A statement names it when it names one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// SHA-256 of its bytes.
    pub sha256: Option<Sha256>,
    /// SHA-512 of its bytes.
    pub sha512: Option<Sha512>,
}

impl Artifact {
    /// The artifact that consists of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: Some(Sha256::of(bytes)), sha512: Some(Sha512::of(bytes)) }
    }

    /// The artifact that `text` spells out: `sha256:` and 64 hex digits, or `sha512:` and 128.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("sha256", hex) => Some(Self { sha256: Some(hex.parse().ok()?), sha512: None }),
            ("sha512", hex) => Some(Self { sha256: None, sha512: Some(hex.parse().ok()?) }),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Artifact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom("an artifact is sha256: or sha512: and the digest in hex digits")
        })
    }
}

/// A policy that says something about signed builds.
pub(crate) trait ForSigstore: Common {
    /// What it says.
    fn sigstore(&self) -> &SigstorePolicy;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifact_is_a_named_digest_of_its_length() {
        let digest = Sha256::of(b"abc");
        let artifact = Artifact::parse(&format!("sha256:{digest}")).unwrap();
        assert_eq!((artifact.sha256, artifact.sha512), (Some(digest), None));
        for text in ["", "sha256:", "sha256:00", "sha1:00", &digest.to_string()] {
            assert_eq!(Artifact::parse(text), None, "{text}");
        }
    }

    #[test]
    fn trusted_root_of_a_policy_is_kept_as_it_is_written() {
        let policy: SigstorePolicy =
            serde_json::from_str(r#"{"trusted-root": {"a" : 1}, "no-public-log": "deny"}"#)
                .unwrap();
        assert_eq!(policy.trusted_root.as_deref(), Some(&br#"{"a" : 1}"#[..]));
        assert_eq!(policy.no_public_log, Rule::Deny);
        assert_eq!(SigstorePolicy::default().no_public_log, Rule::Warn);
    }
}
