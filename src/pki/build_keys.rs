//! Google Cloud Build's pinned keys.
//!
//! They are static: no certificate names their holder, no revocation list and no public log stands
//! beside them. That Google holds them rests on the fingerprints in `google/README.md`.
//!
//! The older keys sign the payload alone. Their signatures do not cover which kind of content the
//! envelope says the payload is.

use super::anchors::Roots;
use crate::digest::Sha256;

/// A key that signs build provenance.
#[derive(Clone, Copy, Debug)]
pub struct BuildKey {
    /// The `keyid` under which envelopes name it.
    pub id: &'static str,
    /// SubjectPublicKeyInfo, DER: a P-256 key, 91 bytes.
    pub spki: &'static [u8],
    /// What the key's signatures are over.
    pub signs: Signs,
}

/// What a signature of an envelope is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// DSSE's pre-authentication encoding: kind of content and payload.
    Encoding,
    /// The payload alone.
    Payload,
}

/// Google Cloud Build's keys that sign over DSSE's pre-authentication encoding.
pub static CLOUD_BUILD: [BuildKey; 2] = [
    BuildKey {
        id: "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/google-hosted-worker/cryptoKeyVersions/1",
        spki: include_bytes!("google/gcb-google-hosted-worker-1.der"),
        signs: Signs::Encoding,
    },
    BuildKey {
        id: "projects/verified-builder/locations/global/keyRings/attestor/cryptoKeys/provenanceSigner/cryptoKeyVersions/1",
        spki: include_bytes!("google/gcb-provenance-signer-1.der"),
        signs: Signs::Encoding,
    },
];

/// The simulated key. Its private half is published with the source of this project.
pub static SIMULATED_CLOUD_BUILD: [BuildKey; 1] = [BuildKey {
    id: "projects/simulated-verified-builder/locations/global/keyRings/attestor/cryptoKeys/google-hosted-worker/cryptoKeyVersions/1",
    spki: include_bytes!("simulated/cloud-build.der"),
    signs: Signs::Encoding,
}];

/// One of Google Cloud Build's older keys, by its place.
macro_rules! older {
    ($place:literal) => {
        BuildKey {
            id: concat!(
                "projects/verified-builder/locations/",
                $place,
                "/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1"
            ),
            spki: include_bytes!(concat!("google/gcb-built-by/", $place, ".der")),
            signs: Signs::Payload,
        }
    };
}

/// Google Cloud Build's keys of 2022, one for each place, which sign SLSA v0.1.
pub(crate) static OLDER_CLOUD_BUILD: [BuildKey; 19] = [
    older!("asia-east1"),
    older!("asia-northeast1"),
    older!("asia-southeast1"),
    older!("australia-southeast1"),
    older!("europe-north1"),
    older!("europe-west1"),
    older!("europe-west2"),
    older!("europe-west3"),
    older!("europe-west4"),
    older!("global"),
    older!("southamerica-west1"),
    older!("us-central1"),
    older!("us-central2"),
    older!("us-east1"),
    older!("us-east4"),
    older!("us-west1"),
    older!("us-west2"),
    older!("us-west3"),
    older!("us-west4"),
];

/// The simulated key under the name of an older one.
pub static SIMULATED_OLDER_CLOUD_BUILD: [BuildKey; 1] = [BuildKey {
    id: "projects/simulated-verified-builder/locations/global/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1",
    spki: include_bytes!("simulated/cloud-build.der"),
    signs: Signs::Payload,
}];

/// The keys of Google Cloud Build among `roots`.
pub fn cloud_build(roots: Roots) -> &'static [BuildKey] {
    match roots {
        Roots::Vendor => &CLOUD_BUILD,
        Roots::Simulated => &SIMULATED_CLOUD_BUILD,
    }
}

/// The older keys of Google Cloud Build among `roots`.
pub(crate) fn older_cloud_build(roots: Roots) -> &'static [BuildKey] {
    match roots {
        Roots::Vendor => &OLDER_CLOUD_BUILD,
        Roots::Simulated => &SIMULATED_OLDER_CLOUD_BUILD,
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

    /// What its id calls the key, without the project and the version; a key of one place with the
    /// place.
    pub(crate) fn name(&self) -> String {
        let mut words = self.id.split('/').rev();
        let key = words.nth(2).unwrap_or(self.id);
        match words.nth(3).filter(|_| self.signs == Signs::Payload) {
            Some(place) => format!("{key} of {place}"),
            None => key.to_owned(),
        }
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

    /// Each key's row in `google/README.md`.
    #[test]
    fn older_keys_have_the_published_fingerprints() {
        let readme = include_str!("google/README.md");
        for key in &OLDER_CLOUD_BUILD {
            let place = key.id.split('/').nth(3).unwrap();
            let row = format!("| gcb-built-by/{place}.der | {} |", key.fingerprint());
            assert!(readme.contains(&row), "{row}");
        }
    }

    #[test]
    fn every_key_is_an_uncompressed_point_behind_the_header_of_p256() {
        // RFC 5480 section 2.1.1: id-ecPublicKey with secp256r1.
        let header = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
        let real = CLOUD_BUILD.iter().chain(&OLDER_CLOUD_BUILD);
        for key in real.chain(&SIMULATED_CLOUD_BUILD).chain(&SIMULATED_OLDER_CLOUD_BUILD) {
            assert_eq!(key.spki.len(), 91, "{}", key.id);
            assert!(key.spki.starts_with(&header), "{}", key.id);
            assert_eq!(key.point().first(), Some(&4), "{}", key.id);
        }
    }
}
