//! What a signed build has to be about: what the reader names, or the image whose index or manifest
//! is among the files beside the evidence.

use super::image::{self, Named};
use crate::policy::{self, Policy};
use crate::verify::sigstore::Artifact;

/// The artifact that the policy names; without one, the digest of `image` that the bundle in
/// `bytes` is about, or else the first of them, for a bundle about another image.
pub(super) fn artifact(policy: &Policy, bytes: &[u8], image: &Named) -> Option<Artifact<'static>> {
    if let Some(artifact) = policy.sigstore.artifact {
        return named(artifact);
    }
    let subjects = image::subjects(bytes).unwrap_or_default();
    let listed = image.digests.iter().find(|digest| subjects.contains(digest));
    listed.or_else(|| image.digests.first()).copied().map(Artifact::Sha256)
}

const fn named(artifact: policy::Artifact) -> Option<Artifact<'static>> {
    match (artifact.sha256, artifact.sha512) {
        (Some(sha256), Some(sha512)) => Some(Artifact::Digests(sha256, sha512)),
        (Some(sha256), None) => Some(Artifact::Sha256(sha256)),
        (None, Some(sha512)) => Some(Artifact::Sha512(sha512)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    #[test]
    fn policy_comes_before_the_image_among_the_files() {
        let mut policy = policy::builtin("sigstore").unwrap().policy().unwrap();
        let of = |policy: &Policy, digests: &[Sha256]| {
            let digests = digests.to_vec();
            let image = Named { findings: Vec::new(), digests, evidence: Vec::new() };
            match artifact(policy, b"{}", &image) {
                Some(Artifact::Sha256(digest)) => Some(digest),
                _ => None,
            }
        };
        let (image, other) = (Sha256::of(b"image"), Sha256::of(b"other"));
        assert_eq!(of(&policy, &[]), None);
        assert_eq!(of(&policy, &[image]), Some(image));
        policy.sigstore.artifact = policy::Artifact::parse(&format!("sha256:{other}"));
        assert_eq!(of(&policy, &[image]), Some(other));
    }
}
