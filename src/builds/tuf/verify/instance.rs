//! The TUF repositories whose first root comes with the verifier.

use sigstore_tuf::TrustedMetadataSet;

use crate::builds::tuf::parse::Metadata;
use crate::digest::Sha256;
use crate::error::Error;

/// A Sigstore instance that publishes its keys through TUF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instance {
    /// Sigstore's public-good instance.
    PublicGood,
    /// GitHub's own instance, for private repositories and releases.
    GitHub,
    /// This project's own simulation.
    Simulated,
}

impl Instance {
    /// The instances that publish something.
    pub(crate) const PUBLISHED: [Self; 2] = [Self::PublicGood, Self::GitHub];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicGood => "Sigstore public-good instance",
            Self::GitHub => "GitHub's Sigstore instance",
            Self::Simulated => "SIMULATED Sigstore instance",
        }
    }

    /// Where it publishes. A simulation publishes nothing.
    pub const fn url(self) -> Option<&'static str> {
        match self {
            Self::PublicGood => Some("https://tuf-repo-cdn.sigstore.dev"),
            Self::GitHub => Some("https://tuf-repo.github.com"),
            Self::Simulated => None,
        }
    }

    /// The pinned root (`src/pki/sigstore/README.md` names its source and SHA-256).
    pub const fn root(self) -> &'static [u8] {
        match self {
            Self::PublicGood => include_bytes!("../../../pki/sigstore/tuf-root.json"),
            Self::GitHub => include_bytes!("../../../pki/sigstore/tuf-github-root.json"),
            Self::Simulated => include_bytes!("../../../pki/simulated/tuf-root.json"),
        }
    }

    /// Version, last moment and SHA-256 of the pinned root.
    ///
    /// # Errors
    /// None: a test reads each.
    pub fn pinned(self) -> Result<(Metadata<'static>, Sha256), Error> {
        Ok((Metadata::parse(self.root())?, Sha256::of(self.root())))
    }

    /// Whether one of this instance's pinned keys is among those that `metadata` says it is signed
    /// with. It tells files apart and shows nothing.
    pub fn claims(self, metadata: &Metadata<'_>) -> bool {
        TrustedMetadataSet::from_root(self.root()).is_ok_and(|set| {
            let keys = &set.root().keys;
            metadata.key_ids.iter().any(|id| keys.contains_key(id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_roots_are_those_that_the_table_names() {
        let readme = include_str!("../../../pki/sigstore/README.md");
        for (instance, version, expires) in [
            (Instance::PublicGood, 16, "2027-04-22T19:27:31Z"),
            (Instance::GitHub, 9, "2027-01-28T20:18:53Z"),
        ] {
            let (root, sha256) = instance.pinned().unwrap();
            assert_eq!((root.version, root.expires.to_string().as_str()), (version, expires));
            assert!(readme.contains(&sha256.to_string()), "{sha256}");
        }
    }
}
