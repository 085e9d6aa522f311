//! The simulated instance's trusted root.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{intermediate, root};
use crate::sim::AUTHORITY_VALIDITY;
use crate::sim::keys::Key;

/// The trusted root of the simulated instance: Sigstore's `trusted_root.json`, version 0.1, with
/// one Fulcio authority, one certificate transparency log and one Rekor v1 log.
pub fn trusted_root() -> Vec<u8> {
    let start = AUTHORITY_VALIDITY.not_before.to_string();
    // Members are in alphabetical order, so that serde_json's `preserve_order` changes nothing.
    let log = |base_url: &str, key: Key| {
        json!({
            "baseUrl": base_url,
            "hashAlgorithm": "SHA2_256",
            "logId": { "keyId": STANDARD.encode(key.log_id().as_bytes()) },
            "publicKey": {
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "rawBytes": STANDARD.encode(key.spki()),
                "validFor": { "start": start },
            },
        })
    };
    let certificate = |der: &[u8]| json!({ "rawBytes": STANDARD.encode(der) });
    let document: Value = json!({
        "certificateAuthorities": [{
            "certChain": { "certificates": [certificate(intermediate()), certificate(root())] },
            "subject": { "commonName": super::fulcio::ROOT_NAME, "organization": "SIMULATED" },
            "uri": "https://fulcio.simulated.example",
            "validFor": { "start": start },
        }],
        "ctlogs": [log("https://ctfe.simulated.example", Key::CtLog)],
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "timestampAuthorities": [],
        "tlogs": [log("https://rekor.simulated.example", Key::Rekor)],
    });
    let mut text = serde_json::to_vec_pretty(&document).unwrap();
    text.push(b'\n');
    text
}
