//! A simulated ACI service (`aci/1`): a report of a TDX guest of dstack, receipts and sessions.

use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;

use super::keys::Key;
use super::near::{MachineSpec, sorted};

/// The nonce of healthy reports.
pub const NONCE: [u8; 32] = [0x5a; 32];

/// The TLS key's hash and the host that it is for.
pub const TLS: ([u8; 32], &str) = ([0xc0; 32], "api.simulated.example");

/// A service.
#[derive(Clone, Debug)]
pub struct AciSpec {
    /// The guest; its report data is made from keys and nonce.
    pub machine: MachineSpec,
    /// The keys.
    pub keyset: Json,
    /// The nonce, when one was sent.
    pub nonce: Option<[u8; 32]>,
    /// Changes the report after it was made.
    pub last: fn(&mut Json),
}

impl Default for AciSpec {
    fn default() -> Self {
        let keyset = json!({
            "subject": "dstack-app://SIMULATED",
            // 2030-03-01T00:00:00Z.
            "not_after": 1_898_553_600,
            "receipt_signing_keys": [{
                "key_id": "receipt-1", "algo": "ed25519",
                "public_key": hex::encode(Key::NearSigning.public()),
            }],
            "e2ee_public_keys": [{
                "key_id": "e2ee-1", "algo": "x25519-aes-256-gcm-hkdf-sha256",
                "public_key": "07".repeat(32),
            }],
            "tls_public_keys": [{ "spki_sha256": hex::encode(TLS.0), "domain": TLS.1 }],
        });
        Self { machine: MachineSpec::gateway(), keyset, nonce: Some(NONCE), last: |_| {} }
    }
}

impl AciSpec {
    /// `sha256:` and the digest of the keys.
    pub fn digest(&self) -> String {
        format!("sha256:{}", Sha256::of(sorted(&self.keyset).as_bytes()))
    }

    /// The first half of the report data.
    pub fn report_data(&self) -> Sha256 {
        let nonce = self.nonce.map_or(Json::Null, |nonce| json!(hex::encode(nonce)));
        let statement = sorted(&json!({
            "keyset_digest": self.digest(), "nonce": nonce, "purpose": "aci.report_data.v1",
        }));
        Sha256::of(statement.as_bytes())
    }

    /// The report.
    pub fn report(&self) -> Json {
        let own = self.report_data();
        let data: [u8; 64] = [&own.0[..], &[0; 32]].concat().try_into().unwrap();
        let (log, _) = self.machine.log(&self.machine.instance);
        let mut report = json!({
            "api_version": "aci/1",
            "workload_keyset_digest": self.digest(),
            "attestation": {
                "tee_type": "tdx",
                "workload_keyset": self.keyset,
                "report_data": own.to_string(),
                "source_provenance": {
                    "repo_url": "https://git.example/SIMULATED", "repo_commit": "c".repeat(40),
                    "image_digest": null, "image_provenance": null,
                },
                "evidence": {
                    "quote": self.machine.quoted(data),
                    "quote_report_data": hex::encode(data),
                    "event_log": log.to_string(),
                    "app_compose": self.machine.compose,
                    "vm_config": "{}",
                    "key_custody": { "provider": "dstack-kms", "keys": [] },
                    "downstream_tls_binding": { "domain": TLS.1, "spki_sha256": hex::encode(TLS.0) },
                },
            },
            "service_capabilities": { "supported_e2ee_versions": ["2"], "serving": "aggregator" },
        });
        (self.last)(&mut report);
        report
    }

    /// The report's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.report().to_string().into_bytes()
    }

    /// A receipt that names `session`, not signed yet.
    pub fn receipt(&self, session: &Json) -> Json {
        let request = format!("sha256:{}", Sha256::of(b"SIMULATED request"));
        let response = format!("sha256:{}", Sha256::of(b"SIMULATED response"));
        json!({
            "api_version": "aci/1", "receipt_id": "rcpt-SIMULATED", "chat_id": null,
            "model": "SIMULATED model", "workload_keyset_digest": self.digest(),
            "endpoint": "/v1/chat/completions", "method": "POST",
            // 2030-01-01T00:00:00Z.
            "served_at": 1_893_456_000,
            "event_log": [
                { "type": "request.received", "body_hash": request },
                { "type": "request.forwarded", "body_hash": request },
                {
                    "type": "upstream.verified", "result": "verified", "required": true,
                    "model_id": "SIMULATED model", "session_id": session_id(session),
                },
                { "type": "response.returned", "body_hash": response },
            ],
            "key_id": "receipt-1",
        })
    }
}

/// A receipt with its signature, in an encoding of its own.
pub fn signed(receipt: &Json, key: Key) -> Vec<u8> {
    let signature = key.sign(key.algorithm(), sorted(receipt).as_bytes());
    let mut receipt = receipt.clone();
    receipt["signature"] = json!(hex::encode(signature));
    serde_json::to_vec_pretty(&receipt).unwrap()
}

/// A session of an hour before and after the receipts.
pub fn session() -> Json {
    json!({
        "api_version": "aci/1", "upstream_name": "SIMULATED upstream", "endpoint": null,
        "verifier_id": "SIMULATED/1", "established_at": 1_893_452_400, "expires_at": 1_893_459_600,
        "channel_binding": [],
        "claims": {
            "tee_attested": {
                "status": "asserted", "source": "hardware_proven", "reason": "SIMULATED",
            },
            "gpu_attested": { "status": "unknown" },
            "os_known_good": { "status": "asserted", "source": "nobody" },
            "extra": { "tcb_status": "UpToDate" },
        },
        "evidence": {
            "data": "data:text/plain;base64,U0lNVUxBVEVE",
            "digest": format!("sha256:{}", Sha256::of(b"SIMULATED")),
        },
    })
}

/// The id of a session.
pub fn session_id(session: &Json) -> String {
    Sha256::of(sorted(session).as_bytes()).to_string()
}
