//! The TUF repositories whose first root comes with the verifier.

use std::sync::OnceLock;

use sigstore_tuf::{Error as Tuf, TrustedMetadataSet};

use crate::builds::tuf::parse::Metadata;
use crate::crypto::counted;
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

    /// The state that begins with the pinned root, whose signatures its own keys make: read once, and none
    /// of the signatures is supposed, whatever runs around it.
    ///
    /// # Errors
    /// None: a test reads each.
    pub(crate) fn begun(self) -> Result<TrustedMetadataSet, Tuf> {
        static READ: [OnceLock<TrustedMetadataSet>; 3] = [const { OnceLock::new() }; 3];
        let [public, github, simulated] = &READ;
        let read = match self {
            Self::PublicGood => public,
            Self::GitHub => github,
            Self::Simulated => simulated,
        };
        if let Some(set) = read.get() {
            return Ok(set.clone());
        }
        let (set, _) = counted(|| TrustedMetadataSet::from_root(self.root()));
        let set = set?;
        Ok(read.get_or_init(|| set).clone())
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
        self.begun().is_ok_and(|set| {
            let keys = &set.root().keys;
            metadata.key_ids.iter().any(|id| keys.contains_key(id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pinned root is read once and kept: nothing of it may be what a first pass only supposes, and all of
    /// it is in the table of questions that never change.
    #[test]
    fn reading_a_pinned_root_asks_about_no_signature() {
        crate::crypto::provider::install().unwrap();
        for instance in [Instance::PublicGood, Instance::GitHub, Instance::Simulated] {
            let draft = crate::crypto::supposing(|| {
                TrustedMetadataSet::from_root(instance.root()).is_ok() && instance.begun().is_ok()
            });
            assert!(draft.questions().is_empty());
            let (is_read, signatures) = draft.settled(&[], || unreachable!());
            assert!(is_read);
            assert_eq!(signatures.iter().count(), 0);
        }
    }

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
