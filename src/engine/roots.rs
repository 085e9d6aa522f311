//! What every chain begins with: the pinned roots, with their dates.

use serde::Serialize;

use crate::builds::sigstore::verify::{EMBEDDED_SNAPSHOT, TrustedRoot};
use crate::digest::Sha256;
use crate::error::Error;
use crate::pki::anchors::{AMD_GENOA, AMD_MILAN, AMD_TURIN, APPLE, INTEL};
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
    /// Its last moment; for a list of keys, when it was copied.
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
    /// Sigstore's `trusted_root.json`.
    KeyList,
    /// A root of The Update Framework.
    Tuf,
}

/// The roots of the real vendors and services. Simulated ones are not among them.
///
/// # Errors
/// None: a test reads each.
pub fn pinned() -> Result<Vec<Pinned>, Error> {
    let certificates = [
        (AMD_MILAN.root()?, AMD_MILAN.fingerprint()),
        (AMD_GENOA.root()?, AMD_GENOA.fingerprint()),
        (AMD_TURIN.root()?, AMD_TURIN.fingerprint()),
        (INTEL.root()?, INTEL.fingerprint()),
        (APPLE.root()?, APPLE.fingerprint()),
    ];
    let mut roots: Vec<Pinned> = certificates
        .into_iter()
        .map(|(root, sha256)| Pinned {
            kind: Kind::Certificate,
            name: root.common_name().unwrap_or_default().to_owned(),
            sha256,
            version: 0,
            until: Some(root.validity().not_after),
            newest: None,
        })
        .collect();
    let keys = TrustedRoot::embedded()?;
    roots.push(Pinned {
        kind: Kind::KeyList,
        name: format!("{}, trusted_root.json", Instance::PublicGood.name()),
        sha256: keys.sha256(),
        version: 0,
        until: Some(EMBEDDED_SNAPSHOT),
        newest: keys.newest(),
    });
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
