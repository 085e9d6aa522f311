//! What a signed build has to be about: what the reader names, or an image's manifest among the
//! files beside the evidence.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::policy::{self, Policy};
use crate::verify::sigstore::Artifact;

/// The artifact that the policy names; without one, the image whose index or manifest is among
/// `files`. An index comes before the manifests that it may list.
pub(super) fn artifact(policy: &Policy, files: &[&[u8]]) -> Option<Artifact<'static>> {
    if let Some(artifact) = policy.sigstore.artifact {
        return named(artifact);
    }
    let of_kind = |kind| files.iter().find(move |file| Manifest::kind(file) == Some(kind));
    of_kind(Manifest::Index)
        .or_else(|| of_kind(Manifest::Platform))
        .map(|file| Artifact::Sha256(Sha256::of(file)))
}

const fn named(artifact: policy::Artifact) -> Option<Artifact<'static>> {
    match (artifact.sha256, artifact.sha512) {
        (Some(sha256), Some(sha512)) => Some(Artifact::Digests(sha256, sha512)),
        (Some(sha256), None) => Some(Artifact::Sha256(sha256)),
        (None, Some(sha512)) => Some(Artifact::Sha512(sha512)),
        (None, None) => None,
    }
}

/// The kind of an OCI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manifest {
    Index,
    Platform,
}

/// The members by which an image's index and manifest are told apart (OCI image specification).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    schema_version: u64,
    manifests: Option<serde::de::IgnoredAny>,
    config: Option<serde::de::IgnoredAny>,
    layers: Option<serde::de::IgnoredAny>,
}

impl Manifest {
    fn kind(file: &[u8]) -> Option<Self> {
        let members: Members = serde_json::from_slice(file).ok()?;
        match (members.schema_version, members.manifests, members.config, members.layers) {
            (2, Some(_), None, None) => Some(Self::Index),
            (2, None, Some(_), Some(_)) => Some(Self::Platform),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &[u8] = br#"{"schemaVersion":2,"manifests":[]}"#;
    const MANIFEST: &[u8] = br#"{"schemaVersion":2,"config":{},"layers":[]}"#;

    #[test]
    fn policy_comes_before_an_index_and_an_index_before_a_manifest() {
        let mut policy = policy::builtin("sigstore").unwrap().policy().unwrap();
        let of = |policy: &Policy, files: &[&[u8]]| match artifact(policy, files) {
            Some(Artifact::Sha256(digest)) => Some(digest),
            _ => None,
        };
        assert_eq!(of(&policy, &[b"{}", b"\x30\x00"]), None);
        assert_eq!(of(&policy, &[MANIFEST]), Some(Sha256::of(MANIFEST)));
        assert_eq!(of(&policy, &[MANIFEST, INDEX]), Some(Sha256::of(INDEX)));
        let other = Sha256::of(b"other");
        policy.sigstore.artifact = policy::Artifact::parse(&format!("sha256:{other}"));
        assert_eq!(of(&policy, &[INDEX]), Some(other));
    }
}
