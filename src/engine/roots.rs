//! What every chain begins with: the pinned roots, with their dates.

use serde::Serialize;

use crate::builds::sigstore::verify::{EMBEDDED_SNAPSHOT, TrustedRoot};
use crate::digest::Sha256;
use crate::error::Error;
use crate::pki::anchors::{
    AMD_GENOA, AMD_MILAN, AMD_TURIN, APPLE, AWS, GOOGLE_CONFIDENTIAL_SPACE, GOOGLE_VTPM, INTEL,
    NVIDIA,
};
use crate::pki::build_keys::{CLOUD_BUILD, OLDER_CLOUD_BUILD};
use crate::time::UnixTime;

use crate::builds::tuf::verify::Instance;

/// A pinned root. A member that it does not have is not written.
#[derive(Clone, Debug, Serialize)]
pub struct Pinned {
    /// What it is.
    pub kind: Kind,
    /// Whose it is.
    pub name: String,
    /// SHA-256 of the file or certificate.
    pub sha256: Sha256,
    /// Its version, or zero when it has none.
    #[serde(skip_serializing_if = "is_none")]
    pub version: u64,
    /// Its last moment; for a list of keys, when it was copied, where
    /// that is known. A bare key has none, nor has a certificate without an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixTime>,
    /// For a list of keys, when the newest begins to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<UnixTime>,
}

fn is_none(version: &u64) -> bool {
    *version == 0
}

/// What a pinned root is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A certificate.
    Certificate,
    /// A key without a certificate, which has no last moment.
    Key,
    /// Sigstore's `trusted_root.json`.
    KeyList,
    /// A root of The Update Framework.
    Tuf,
}

/// The last moment of a certificate that has none: 9999-12-31T23:59:59Z (RFC 5280 section 4.1.2.5).
const ENDLESS: UnixTime = UnixTime(253_402_300_799);

/// The roots of the real vendors and services. Simulated ones are not among them.
///
/// # Errors
/// None: a test reads each.
pub fn pinned() -> Result<Vec<Pinned>, Error> {
    let mut certificates = vec![
        (AMD_MILAN.root()?, AMD_MILAN.fingerprint()),
        (AMD_GENOA.root()?, AMD_GENOA.fingerprint()),
        (AMD_TURIN.root()?, AMD_TURIN.fingerprint()),
        (INTEL.root()?, INTEL.fingerprint()),
        (APPLE.root()?, APPLE.fingerprint()),
        (AWS.root()?, Sha256::of(AWS.root)),
    ];
    for anchor in std::iter::once(&GOOGLE_CONFIDENTIAL_SPACE).chain(&GOOGLE_VTPM) {
        certificates.push((anchor.root()?, Sha256::of(anchor.root)));
    }
    certificates.push((NVIDIA.root()?, Sha256::of(NVIDIA.root)));
    certificates.push((NVIDIA.reference_root()?, Sha256::of(NVIDIA.reference)));
    let mut roots: Vec<Pinned> = certificates
        .into_iter()
        .map(|(root, sha256)| Pinned {
            kind: Kind::Certificate,
            name: root.common_name().unwrap_or_default().to_owned(),
            sha256,
            version: 0,
            until: Some(root.validity().not_after).filter(|end| *end != ENDLESS),
            newest: None,
        })
        .collect();
    roots.extend(CLOUD_BUILD.iter().chain(&OLDER_CLOUD_BUILD).map(|key| Pinned {
        kind: Kind::Key,
        name: format!("Google Cloud Build, {}", key.name()),
        sha256: key.fingerprint(),
        version: 0,
        until: None,
        newest: None,
    }));
    // GitHub's list is at least as old as the other, and nobody says how old.
    let lists = [
        (Instance::PublicGood, TrustedRoot::embedded()?, Some(EMBEDDED_SNAPSHOT)),
        (Instance::GitHub, TrustedRoot::github()?, None),
    ];
    roots.extend(lists.into_iter().map(|(instance, keys, until)| Pinned {
        kind: Kind::KeyList,
        name: format!("{}, trusted_root.json", instance.name()),
        sha256: keys.sha256(),
        version: 0,
        until,
        newest: keys.newest(),
    }));
    for instance in Instance::PUBLISHED {
        let (root, sha256) = instance.pinned()?;
        roots.push(Pinned {
            kind: Kind::Tuf,
            name: format!("{}, TUF root", instance.name()),
            sha256,
            version: root.version,
            until: Some(root.expires),
            newest: None,
        });
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use sigstore_tuf::TrustedMetadataSet;

    use super::*;
    use crate::crypto::constants::{HOLD, asked};
    use crate::crypto::provider;
    use crate::pki::Cert;
    use crate::pki::anchors::simulated;

    /// Files of `src/pki` that no chain begins with: intermediate certificates, which a pinned root
    /// signs.
    const INTERMEDIATE: [&str; 3] = ["ask-genoa.der", "ask-milan.der", "ask-turin.der"];

    #[test]
    fn every_file_with_a_pinned_root_is_listed_with_a_name() {
        let listed: BTreeSet<String> =
            pinned().unwrap().iter().map(|root| root.sha256.to_string()).collect();
        assert_eq!(listed.len(), pinned().unwrap().len());
        assert!(pinned().unwrap().iter().all(|root| !root.name.is_empty()));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pki");
        let mut files = 0;
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let is_root = name.ends_with(".der") || name.ends_with(".json");
                if path.is_dir() {
                    folders.extend((name != "simulated").then_some(path));
                } else if is_root && !INTERMEDIATE.contains(&name.as_str()) {
                    let digest = Sha256::of(&fs::read(&path).unwrap()).to_string();
                    assert!(listed.contains(&digest), "{}", path.display());
                    files += 1;
                }
            }
        }
        // And both lists of keys, which come with Sigstore's crate.
        assert_eq!(files + 2, listed.len());
        let names: BTreeSet<String> = pinned().unwrap().into_iter().map(|root| root.name).collect();
        assert_eq!(names.len(), listed.len(), "no two are called alike: {names:?}");
    }

    /// What the files ask about each other that come with the verifier: every signature of AMD's
    /// intermediates, of the TUF roots, and of every authority of every key list below its root.
    #[test]
    fn questions_that_never_change_are_those_of_the_files_that_come_along_and_each_holds() {
        provider::install().unwrap();
        let rows = asked::during(|| {
            for anchor in [
                &AMD_MILAN,
                &AMD_GENOA,
                &AMD_TURIN,
                &simulated::MILAN,
                &simulated::GENOA,
                &simulated::TURIN,
            ] {
                let ask = Cert::parse("ASK", anchor.ask).unwrap();
                assert_eq!(ask.verify_signed_by(&anchor.root().unwrap()), Ok(()));
            }
            for instance in [Instance::PublicGood, Instance::GitHub, Instance::Simulated] {
                TrustedMetadataSet::from_root(instance.root()).unwrap();
            }
            for list in [
                TrustedRoot::embedded(),
                TrustedRoot::github(),
                TrustedRoot::simulated(),
                TrustedRoot::simulated_github(),
            ] {
                for chain in list.unwrap().chains() {
                    for pair in chain.windows(2) {
                        let [cert, issuer] =
                            [0, 1].map(|at| Cert::parse("authority", pair[at]).unwrap());
                        assert_eq!(cert.verify_signed_by(&issuer), Ok(()));
                    }
                }
            }
        });
        assert!(rows == HOLD, "write them anew:\n{}", asked::text(&rows));
    }
}
