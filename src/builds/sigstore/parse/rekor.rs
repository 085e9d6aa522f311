//! What Rekor answers (Rekor v1, `openapi.yaml`): entries by their names, or the names of entries
//! that a search found. Nobody signed the answer; what the log signed is in its entries.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::bytes::find;
use crate::digest::Sha256;
use crate::hex;
use crate::json;

/// The most entries and names that are read.
const MAX_ENTRIES: usize = 32;

/// The member that names the log of an entry.
const LOG: &[u8] = b"\"logID\"";

/// An answer of Rekor's.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Names of entries, in hex: what a search found.
    Names(Vec<String>),
    /// Entries.
    Entries(Vec<LogEntry>),
}

/// An entry, as a bundle has it.
#[derive(Clone, Debug)]
pub(crate) struct LogEntry {
    /// The bundle's JSON of it.
    json: String,
    /// SHA-256 of the payload that its body is about.
    payload: Sha256,
    /// The signature that its body holds.
    signature: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    body: String,
    integrated_time: i64,
    #[serde(rename = "logID")]
    log_id: String,
    log_index: i64,
    verification: Verification,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verification {
    inclusion_proof: Option<Proof>,
    signed_entry_timestamp: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    checkpoint: String,
    hashes: Vec<String>,
    log_index: i64,
    root_hash: String,
    tree_size: i64,
}

impl Answer {
    /// Reads an answer; `None` when the bytes are none. Entries of other kinds than those with an
    /// envelope are left aside.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let text = bytes.trim_ascii_start();
        if text.starts_with(b"[")
            && let Some(names) = json::read::<Vec<String>>(text)
        {
            let are_names =
                (1..=MAX_ENTRIES).contains(&names.len()) && names.iter().all(|name| is_name(name));
            return are_names.then_some(Self::Names(names));
        }
        // Most files are none, and are not read as a whole to find that.
        find(bytes, LOG)?;
        let maps: Vec<BTreeMap<String, &RawValue>> = match text.starts_with(b"[") {
            true => json::read(text)?,
            false => vec![json::read(text)?],
        };
        let entries: Vec<_> = maps
            .into_iter()
            .flatten()
            .map(|(name, entry)| (name, entry.get().as_bytes()))
            .collect();
        if entries.is_empty() || entries.len() > MAX_ENTRIES {
            return None;
        }
        let names_log = |entry| json::Names::of(entry).is_some_and(|names| names.has("logID"));
        if !entries.iter().all(|(name, entry)| is_name(name) && names_log(entry)) {
            return None;
        }
        let read = |(_, entry)| LogEntry::of(json::read(entry)?);
        Some(Self::Entries(entries.into_iter().filter_map(read).collect()))
    }
}

impl LogEntry {
    fn of(entry: Entry) -> Option<Self> {
        let body: Json = json::read(&STANDARD.decode(&entry.body).ok()?)?;
        let text = |pointer: &str| body.pointer(pointer)?.as_str();
        let kind = text("/kind")?;
        let (payload, signature) = match kind {
            "dsse" => ("/spec/payloadHash/value", "/spec/signatures/0/signature"),
            "intoto" => {
                ("/spec/content/payloadHash/value", "/spec/content/envelope/signatures/0/sig")
            }
            _ => return None,
        };
        let mut signature_of = STANDARD.decode(text(signature)?).ok()?;
        if kind == "intoto" {
            // This kind of entry has its signature in base64 twice.
            signature_of = STANDARD.decode(&signature_of).ok()?;
        }
        let proof = entry.verification.inclusion_proof.and_then(|proof| {
            let hashes: Option<Vec<String>> =
                proof.hashes.iter().map(|hash| of_hex(hash)).collect();
            Some(json!({
                "logIndex": proof.log_index.to_string(),
                "rootHash": of_hex(&proof.root_hash)?,
                "treeSize": proof.tree_size.to_string(),
                "hashes": hashes?,
                "checkpoint": { "envelope": proof.checkpoint },
            }))
        });
        let promise = entry.verification.signed_entry_timestamp;
        let json = json!({
            "logIndex": entry.log_index.to_string(),
            "logId": { "keyId": of_hex(&entry.log_id)? },
            "kindVersion": { "kind": kind, "version": text("/apiVersion")? },
            "integratedTime": entry.integrated_time.to_string(),
            "inclusionPromise": promise.map(|set| json!({ "signedEntryTimestamp": set })),
            "inclusionProof": proof,
            "canonicalizedBody": entry.body,
        });
        let payload = text(payload)?.parse().ok()?;
        Some(Self { json: json.to_string(), payload, signature: signature_of })
    }

    /// Whether its body is about this payload and this signature.
    pub(crate) fn is_about(&self, payload: &[u8], signature: &[u8]) -> bool {
        self.payload == Sha256::of(payload) && self.signature == signature
    }

    /// The bundle's JSON of it.
    pub(super) fn json(&self) -> &str {
        &self.json
    }
}

/// A name of an entry: its hash, with the number of its tree before it or without.
fn is_name(text: &str) -> bool {
    matches!(text.len(), 64 | 80)
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn of_hex(text: &str) -> Option<String> {
    hex::decode(text).ok().map(|bytes| STANDARD.encode(bytes))
}
