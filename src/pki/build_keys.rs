//! Google Cloud Build's pinned keys.
//!
//! They are static: no certificate names their holder, no revocation list and no public log stands
//! beside them. That Google holds them rests on the fingerprints in `google/README.md`.

use super::anchors::Roots;
use crate::digest::Sha256;

/// A key that signs build provenance.
#[derive(Clone, Copy, Debug)]
pub struct BuildKey {
    /// The `keyid` under which envelopes name it.
    pub id: &'static str,
    /// SubjectPublicKeyInfo, DER: a P-256 key, 91 bytes.
    pub spki: &'static [u8],
}

/// Google Cloud Build's keys that sign over DSSE's pre-authentication encoding.
pub static CLOUD_BUILD: [BuildKey; 2] = [
    BuildKey {
        id: "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/google-hosted-worker/cryptoKeyVersions/1",
        spki: include_bytes!("google/gcb-google-hosted-worker-1.der"),
    },
    BuildKey {
        id: "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/provenanceSigner/cryptoKeyVersions/1",
        spki: include_bytes!("google/gcb-provenance-signer-1.der"),
    },
];

/// The simulated key. Its private half is published with the source of this project.
pub static SIMULATED_CLOUD_BUILD: [BuildKey; 1] = [BuildKey {
    id: "projects/simulated-verified-builder/locations/global/keyRings/attestor/cryptoKeys/google-hosted-worker/cryptoKeyVersions/1",
    spki: include_bytes!("simulated/cloud-build.der"),
}];

/// The keys of Google Cloud Build among `roots`.
pub fn cloud_build(roots: Roots) -> &'static [BuildKey] {
    match roots {
        Roots::Vendor => &CLOUD_BUILD,
        Roots::Simulated => &SIMULATED_CLOUD_BUILD,
    }
}

impl BuildKey {
    /// Length of an uncompressed P-256 point in bytes.
    const POINT: usize = 65;

    /// The content of subjectPublicKey: an uncompressed P-256 point.
    pub fn point(&self) -> &'static [u8] {
        let start = self.spki.len().saturating_sub(Self::POINT);
        self.spki.get(start..).unwrap_or_default()
    }

    /// What its id calls the key, without the project and the version.
    pub(crate) fn name(&self) -> &'static str {
        self.id.split('/').rev().nth(2).unwrap_or(self.id)
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.spki)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_keys_have_the_published_fingerprints() {
        let [worker, signer] = &CLOUD_BUILD;
        assert_eq!(
            worker.fingerprint().to_string(),
            "3fe6dfada209606798e976322c8b69acae580a6708b7112f0f7a053a5b96d675"
        );
        assert_eq!(
            signer.fingerprint().to_string(),
            "7ebd8a9404a4e7569477b178cc62a7909c11fb21a5715c3a96969047fa3b4e09"
        );
    }

    #[test]
    fn every_key_is_an_uncompressed_point_behind_the_header_of_p256() {
        // RFC 5480 section 2.1.1: id-ecPublicKey with secp256r1.
        let header = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        for key in CLOUD_BUILD.iter().chain(&SIMULATED_CLOUD_BUILD) {
            assert_eq!(key.spki.len(), 91, "{}", key.id);
            assert!(key.spki.starts_with(&header), "{}", key.id);
            assert_eq!(key.point().first(), Some(&4), "{}", key.id);
        }
    }
}
