//! The simulated instances' trusted roots.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::timestamp::{TIME_STAMPING, timestamp_authority, timestamp_root};
use super::{github_intermediate, github_root, intermediate, log_id, root};
use crate::AUTHORITY_VALIDITY;
use crate::keys::Key;
use crate::signature::Algorithm;

/// A trusted root: Sigstore's `trusted_root.json`, version 0.1.
#[derive(Clone, Debug)]
pub struct TrustedRootSpec {
    /// Fulcio's authorities, each a chain in DER from the issuing certificate to its root.
    pub authorities: Vec<Vec<Vec<u8>>>,
    /// The timestamp authorities, each a chain in DER from its own certificate to its root.
    pub timestamp_authorities: Vec<Vec<Vec<u8>>>,
    /// The transparency logs.
    pub logs: Vec<Key>,
    /// The certificate transparency logs.
    pub certificate_logs: Vec<Key>,
}

impl Default for TrustedRootSpec {
    /// One Fulcio authority, one certificate transparency log, one Rekor v1 and one Rekor v2 log,
    /// and a timestamp authority.
    fn default() -> Self {
        Self {
            authorities: vec![vec![intermediate().to_vec(), root().to_vec()]],
            timestamp_authorities: vec![healthy_timestamp_authority()],
            logs: vec![Key::Rekor, Key::RekorV2],
            certificate_logs: vec![Key::CtLog],
        }
    }
}

impl TrustedRootSpec {
    /// An instance without logs, like GitHub's own: one Fulcio authority and a timestamp
    /// authority.
    pub fn github() -> Self {
        Self {
            authorities: vec![vec![github_intermediate().to_vec(), github_root().to_vec()]],
            timestamp_authorities: vec![healthy_timestamp_authority()],
            logs: Vec::new(),
            certificate_logs: Vec::new(),
        }
    }

    /// The JSON text.
    pub fn bytes(&self) -> Vec<u8> {
        // Members are in alphabetical order, so that serde_json's `preserve_order` changes nothing.
        let authority = |chain: &Vec<Vec<u8>>, uri: &str, name: &str| {
            let certificates: Vec<Value> =
                chain.iter().map(|der| json!({ "rawBytes": STANDARD.encode(der) })).collect();
            json!({
                "certChain": { "certificates": certificates },
                "subject": { "commonName": name, "organization": "SIMULATED" },
                "uri": uri,
                "validFor": { "start": AUTHORITY_VALIDITY.not_before.to_string() },
            })
        };
        let fulcio =
            |chain| authority(chain, "https://fulcio.simulated.example", super::fulcio::ROOT_NAME);
        let timestamps = |chain| {
            authority(chain, "https://timestamp.simulated.example", super::timestamp::ROOT_NAME)
        };
        let rekor = |key: &Key| match key {
            Key::RekorV2 => log("https://log2025.simulated.example", *key),
            _ => log("https://rekor.simulated.example", *key),
        };
        let certificate_log = |key: &Key| log("https://ctfe.simulated.example", *key);
        let document = json!({
            "certificateAuthorities": self.authorities.iter().map(fulcio).collect::<Vec<_>>(),
            "ctlogs": self.certificate_logs.iter().map(certificate_log).collect::<Vec<_>>(),
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "timestampAuthorities":
                self.timestamp_authorities.iter().map(timestamps).collect::<Vec<_>>(),
            "tlogs": self.logs.iter().map(rekor).collect::<Vec<_>>(),
        });
        let mut text = serde_json::to_vec_pretty(&document).unwrap();
        text.push(b'\n');
        text
    }
}

fn healthy_timestamp_authority() -> Vec<Vec<u8>> {
    vec![timestamp_authority(&[TIME_STAMPING]), timestamp_root().to_vec()]
}

fn log(base_url: &str, key: Key) -> Value {
    let details = match key.algorithm() {
        Algorithm::Ed25519 => "PKIX_ED25519",
        _ => "PKIX_ECDSA_P256_SHA_256",
    };
    json!({
        "baseUrl": base_url,
        "hashAlgorithm": "SHA2_256",
        "logId": { "keyId": STANDARD.encode(log_id(key).as_bytes()) },
        "publicKey": {
            "keyDetails": details,
            "rawBytes": STANDARD.encode(key.spki()),
            "validFor": { "start": AUTHORITY_VALIDITY.not_before.to_string() },
        },
    })
}

/// The trusted root of the simulated instance.
pub fn trusted_root() -> Vec<u8> {
    TrustedRootSpec::default().bytes()
}

/// The trusted root of the simulated instance without logs.
pub fn trusted_root_github() -> Vec<u8> {
    TrustedRootSpec::github().bytes()
}
