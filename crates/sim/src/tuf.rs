//! A simulated TUF repository that publishes the simulated Sigstore's trusted root.
//!
//! Each file is made from the one it pins, so a test can spoil one before the next is made:
//! `targets`, then `snapshot`, then `timestamp`.

use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;

use super::keys::Key;
use super::{AUTHORITY_VALIDITY, pem};

/// When the simulated timestamp ends to count: 2025-01-08T00:00:00Z.
pub const TIMESTAMP_EXPIRES: UnixTime = UnixTime(1_736_294_400);

/// When the simulated targets and snapshot end to count: 2025-07-01T00:00:00Z.
pub const TARGETS_EXPIRES: UnixTime = UnixTime(1_751_328_000);

/// The keys that sign roots and targets; two of them have to.
pub const ROOT_KEYS: [Key; 3] = [Key::TufRootA, Key::TufRootB, Key::TufRootC];

/// A metadata file.
#[derive(Clone, Debug)]
pub struct MetadataSpec {
    /// What is signed.
    pub signed: Value,
    /// Who signs it: the key id that the signature names, and the key that makes it.
    pub signers: Vec<(String, Key)>,
}

impl MetadataSpec {
    /// A root: two of three keys for roots and targets, one for timestamp and snapshot.
    pub fn root(version: u64) -> Self {
        let holders: Vec<String> = ROOT_KEYS.into_iter().map(key_id).collect();
        let role =
            |ids: &[String], threshold: u64| json!({ "keyids": ids, "threshold": threshold });
        let online = [key_id(Key::TufOnline)];
        let keys: serde_json::Map<String, Value> = ROOT_KEYS
            .into_iter()
            .chain([Key::TufOnline])
            .map(|key| (key_id(key), key_object(key)))
            .collect();
        let signed = json!({
            "_type": "root",
            "consistent_snapshot": true,
            "expires": AUTHORITY_VALIDITY.not_after.to_string(),
            "keys": keys,
            "roles": {
                "root": role(&holders, 2),
                "snapshot": role(&online, 1),
                "targets": role(&holders, 2),
                "timestamp": role(&online, 1),
            },
            "spec_version": "1.0.31",
            "version": version,
            "x-name": "SIMULATED",
        });
        Self { signed, signers: signers(&ROOT_KEYS[..2]) }
    }

    /// Targets that name `trusted_root`.
    pub fn targets(version: u64, trusted_root: &[u8]) -> Self {
        let entry = json!({
            "hashes": { "sha256": Sha256::of(trusted_root).to_string() },
            "length": trusted_root.len(),
        });
        let mut signed = role("targets", version, TARGETS_EXPIRES);
        signed["targets"] = json!({ "trusted_root.json": entry });
        Self { signed, signers: signers(&ROOT_KEYS[1..]) }
    }

    /// A snapshot that pins `targets`.
    pub fn snapshot(version: u64, targets: &Self) -> Self {
        let mut signed = role("snapshot", version, TARGETS_EXPIRES);
        signed["meta"] = json!({ "targets.json": targets.pin() });
        Self { signed, signers: signers(&[Key::TufOnline]) }
    }

    /// A timestamp that pins `snapshot`.
    pub fn timestamp(version: u64, snapshot: &Self) -> Self {
        let mut signed = role("timestamp", version, TIMESTAMP_EXPIRES);
        signed["meta"] = json!({ "snapshot.json": snapshot.pin() });
        Self { signed, signers: signers(&[Key::TufOnline]) }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut message = Vec::new();
        canonical(&self.signed, &mut message);
        let signatures: Vec<Value> = self
            .signers
            .iter()
            .map(|(id, key)| {
                let signature = key.sign(key.algorithm(), &message);
                json!({ "keyid": id, "sig": hex::encode(signature) })
            })
            .collect();
        let document = json!({ "signatures": signatures, "signed": self.signed });
        let mut text = serde_json::to_vec_pretty(&document).unwrap();
        text.push(b'\n');
        text
    }

    fn pin(&self) -> Value {
        let bytes = self.bytes();
        json!({
            "hashes": { "sha256": Sha256::of(&bytes).to_string() },
            "length": bytes.len(),
            "version": self.signed["version"],
        })
    }
}

/// The id of `key`: opaque, and here the digest of its SubjectPublicKeyInfo.
pub fn key_id(key: Key) -> String {
    Sha256::of(&key.spki()).to_string()
}

/// `key` as a root lists it.
pub fn key_object(key: Key) -> Value {
    json!({
        "keytype": "ecdsa",
        "keyval": { "public": pem("PUBLIC KEY", &key.spki()) },
        "scheme": "ecdsa-sha2-nistp256",
    })
}

/// Each key with its own id.
pub fn signers(keys: &[Key]) -> Vec<(String, Key)> {
    keys.iter().map(|key| (key_id(*key), *key)).collect()
}

fn role(kind: &str, version: u64, expires: UnixTime) -> Value {
    json!({
        "_type": kind,
        "expires": expires.to_string(),
        "spec_version": "1.0.31",
        "version": version,
    })
}

/// Canonical JSON as TUF signs it: members by name, no spaces, and only `\` and `"` escaped.
fn canonical(value: &Value, out: &mut Vec<u8>) {
    let text = |text: &str, out: &mut Vec<u8>| {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        out.extend_from_slice(format!("\"{escaped}\"").as_bytes());
    };
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.keys().collect();
            names.sort_unstable();
            out.push(b'{');
            for (number, name) in names.into_iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                text(name, out);
                out.push(b':');
                canonical(&members[name], out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                canonical(item, out);
            }
            out.push(b']');
        }
        Value::String(string) => text(string, out),
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
}
