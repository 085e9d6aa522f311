//! A simulated Rekor v1 log: a small real Merkle tree, checkpoints and entry timestamps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::sim::BUILD_TIME;
use crate::sim::keys::Key;
use crate::sim::signature::Algorithm;
use crate::time::UnixTime;

/// Number of entries in the tree.
pub const LOG_SIZE: u64 = 7;

/// What a log-wide index is ahead of an index in the tree, as after a log was sharded.
const EARLIER_SHARDS: u64 = 1_000_000;

const LOG_NAME: &str = "rekor.simulated.example";

/// A log entry of a bundle.
#[derive(Clone, Debug)]
pub struct EntrySpec {
    /// Place in the tree, below [`LOG_SIZE`].
    pub index: u64,
    /// The log that the entry names.
    pub log: Key,
    /// integratedTime.
    pub integrated_time: UnixTime,
    /// The signed entry timestamp.
    pub set: Set,
    /// The key that signs the checkpoint.
    pub checkpoint_signer: Key,
    /// The checkpoint's root hash, when it is not the tree's.
    pub checkpoint_root: Option<[u8; 32]>,
    /// The checkpoint's tree size, when it is not the tree's.
    pub checkpoint_size: Option<u64>,
    /// Which hash of the inclusion path has one bit flipped.
    pub flipped_hash: Option<usize>,
    /// Whether the inclusion proof is there.
    pub inclusion_proof: InclusionProof,
    /// What was logged instead of the bundle's own payload or artifact.
    pub logged_instead: Option<Vec<u8>>,
}

/// The signed entry timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Signed by this key over the entry as it is shown.
    By(Key),
    /// Signed by Rekor over another integratedTime than the one shown.
    For(UnixTime),
    /// Left out.
    Absent,
}

/// The inclusion proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InclusionProof {
    /// In the bundle.
    Present,
    /// Left out.
    Absent,
}

impl Default for EntrySpec {
    fn default() -> Self {
        Self {
            index: 4,
            log: Key::Rekor,
            integrated_time: UnixTime(BUILD_TIME.0 + 5),
            set: Set::By(Key::Rekor),
            checkpoint_signer: Key::Rekor,
            checkpoint_root: None,
            checkpoint_size: None,
            flipped_hash: None,
            inclusion_proof: InclusionProof::Present,
            logged_instead: None,
        }
    }
}

impl EntrySpec {
    /// The entry with `body` (canonicalizedBody) of `kind` and `version`.
    pub(super) fn json(&self, kind: &str, version: &str, body: &[u8]) -> Value {
        let body64 = STANDARD.encode(body);
        let log_index = EARLIER_SHARDS + self.index;
        let log_id = self.log.log_id();
        let mut entry = json!({
            "canonicalizedBody": body64,
            "integratedTime": self.integrated_time.0.to_string(),
            "kindVersion": { "kind": kind, "version": version },
            "logId": { "keyId": STANDARD.encode(log_id.as_bytes()) },
            "logIndex": log_index.to_string(),
        });
        let timestamp = |key: Key, time: UnixTime| {
            let time = time.0;
            let signed = json!({
                "body": body64,
                "integratedTime": time,
                "logID": log_id.to_string(),
                "logIndex": log_index,
            });
            key.sign(Algorithm::EcdsaP256Sha256, &serde_json::to_vec(&signed).unwrap())
        };
        let set = match self.set {
            Set::By(key) => Some(timestamp(key, self.integrated_time)),
            Set::For(time) => Some(timestamp(Key::Rekor, time)),
            Set::Absent => None,
        };
        if let Some(set) = set {
            entry["inclusionPromise"] = json!({ "signedEntryTimestamp": STANDARD.encode(set) });
        }
        if self.inclusion_proof == InclusionProof::Present {
            entry["inclusionProof"] = self.proof(body);
        }
        entry
    }

    fn proof(&self, body: &[u8]) -> Value {
        let leaves: Vec<Sha256> = (0..LOG_SIZE)
            .map(|index| match index {
                index if index == self.index => leaf_hash(body),
                other => leaf_hash(format!("SIMULATED entry {other}").as_bytes()),
            })
            .collect();
        let mut path = inclusion_path(&leaves, self.index as usize);
        if let Some(place) = self.flipped_hash {
            path[place].0[0] ^= 1;
        }
        let path: Vec<String> = path.iter().map(|hash| STANDARD.encode(hash.as_bytes())).collect();
        let root = tree_hash(&leaves);
        let signed_root = self.checkpoint_root.unwrap_or(root.0);
        let signed_size = self.checkpoint_size.unwrap_or(LOG_SIZE);
        json!({
            "checkpoint": { "envelope": self.checkpoint(signed_size, &signed_root) },
            "hashes": path,
            "logIndex": self.index.to_string(),
            "rootHash": STANDARD.encode(root.as_bytes()),
            "treeSize": LOG_SIZE.to_string(),
        })
    }

    /// A checkpoint as a signed note, with the log's key hint whoever signs.
    fn checkpoint(&self, size: u64, root: &[u8; 32]) -> String {
        let text = format!("{LOG_NAME} - 1\n{size}\n{}\n", STANDARD.encode(root));
        let signature = self.checkpoint_signer.sign(Algorithm::EcdsaP256Sha256, text.as_bytes());
        let signature = [&self.log.log_id().as_bytes()[..4], &signature].concat();
        format!("{text}\n\u{2014} {LOG_NAME} {}\n", STANDARD.encode(signature))
    }
}

/// RFC 6962 section 2.1.
fn leaf_hash(entry: &[u8]) -> Sha256 {
    Sha256::of_parts(&[&[0], entry])
}

fn tree_hash(leaves: &[Sha256]) -> Sha256 {
    match leaves {
        [leaf] => *leaf,
        leaves => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Sha256::of_parts(&[&[1], tree_hash(left).as_bytes(), tree_hash(right).as_bytes()])
        }
    }
}

/// RFC 6962 section 2.1.1: the sibling hashes from the leaf up.
fn inclusion_path(leaves: &[Sha256], index: usize) -> Vec<Sha256> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (inclusion_path(left, index), tree_hash(right))
    } else {
        (inclusion_path(right, index - middle), tree_hash(left))
    };
    path.push(sibling);
    path
}

/// The largest power of two below `len`.
fn split(len: usize) -> usize {
    len.next_power_of_two() / 2
}
