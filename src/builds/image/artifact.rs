//! What a signed build has to be about: what the reader names, or the image whose index or manifest
//! is at hand.

use super::follow::{Files, Named};
use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::verify::Artifact;
use crate::digest::Sha256;
use crate::report::Part;

/// What the reader asks about.
#[derive(Default)]
pub(crate) struct Asked {
    /// The artifact; without one, nothing is compared.
    pub(crate) artifact: Option<Artifact<'static>>,
    /// Every SHA-256 digest that names it.
    pub(crate) digests: Vec<Sha256>,
    /// What is said about the image's documents.
    pub(crate) part: Part,
}

impl Asked {
    /// The artifact that the policy names, by any digest that names it; without one, the image among
    /// `files` that a build with these `subjects` is about. A document about another image is not
    /// asked about.
    pub(crate) fn of(policy: &dyn ForBuilds, files: &Files<'_>, subjects: &[Sha256]) -> Self {
        let named = match policy.sigstore().artifact {
            Some(artifact) => match artifact.sha256 {
                Some(sha256) if files.has(sha256) => files.named(sha256),
                sha256 => Named { digests: sha256.into_iter().collect(), ..Named::default() },
            },
            None => files.about(subjects),
        };
        let Named { mut part, digests } = named;
        part.findings.extend(files.unread.iter().cloned());
        let listed = digests.iter().copied().find(|digest| subjects.contains(digest));
        let first = listed.or_else(|| digests.first().copied());
        let sha512 = policy.sigstore().artifact.and_then(|artifact| artifact.sha512);
        let artifact = match (first, sha512) {
            (Some(sha256), Some(sha512)) => Some(Artifact::Digests(sha256, sha512)),
            (Some(sha256), None) => Some(Artifact::Sha256(sha256)),
            (None, Some(sha512)) => Some(Artifact::Sha512(sha512)),
            (None, None) => None,
        };
        Self { artifact, digests, part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::policy;
    use crate::engine::policy::Policy;
    use crate::piece::{Piece, Role};

    #[test]
    fn policy_comes_before_the_image_among_the_files() {
        let mut policy = crate::engine::builtin("sigstore").unwrap().policy().unwrap();
        let manifest =
            br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json",
            "digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "size":1},"layers":[]}"#;
        let files = Files::of(&[Piece::inside(Role::ImageDocument, "manifest", manifest)]);
        let (image, other) = (Sha256::of(manifest), Sha256::of(b"other"));
        let of = |policy: &Policy, subjects: &[Sha256]| match Asked::of(policy, &files, subjects)
            .artifact
        {
            Some(Artifact::Sha256(digest)) => Some(digest),
            _ => None,
        };
        assert_eq!(
            of(&policy, &[other]),
            None,
            "a document about something else is not asked about"
        );
        assert_eq!(of(&policy, &[image]), Some(image));
        policy.sigstore.artifact = policy::Artifact::parse(&format!("sha256:{other}"));
        assert_eq!(of(&policy, &[image]), Some(other));
    }
}
