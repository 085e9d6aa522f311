//! Simulated Rekor logs of both generations: a small real Merkle tree, checkpoints, and in the
//! first generation entry timestamps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;

use crate::BUILD_TIME;
use crate::keys::Key;
use crate::signature::Algorithm;

/// Number of entries in the tree.
pub const LOG_SIZE: u64 = 7;

/// What a log-wide index is ahead of an index in the tree, as after a log was sharded.
const EARLIER_SHARDS: u64 = 1_000_000;

/// The generation of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rekor {
    /// Entries `hashedrekord` 0.0.1 or `dsse` 0.0.1, with integratedTime and a promise.
    V1,
    /// Entries `intoto` 0.0.2, with integratedTime and a promise.
    V1Intoto,
    /// Entries `hashedrekord` 0.0.2, without integratedTime and promise.
    V2,
}

impl Rekor {
    const fn name(self) -> &'static str {
        match self {
            Self::V1 | Self::V1Intoto => "rekor.simulated.example",
            Self::V2 => "log2025.simulated.example",
        }
    }

    /// The first line of a checkpoint.
    fn origin(self) -> String {
        match self {
            Self::V1 | Self::V1Intoto => format!("{} - 1", self.name()),
            Self::V2 => self.name().into(),
        }
    }
}

/// The id of a log with this key: for Rekor v1 and certificate logs SHA-256 of the
/// SubjectPublicKeyInfo, for Rekor v2 the note key id, SHA-256 over name, line feed, 1 and the
/// public key (C2SP signed-note).
pub fn log_id(key: Key) -> Sha256 {
    match key {
        Key::RekorV2 => Sha256::of_parts(&[Rekor::V2.name().as_bytes(), b"\n\x01", &key.public()]),
        _ => key.log_id(),
    }
}

/// A further signature line of a checkpoint.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// The signer's name; none for the log's own.
    pub name: Option<&'static str>,
    /// The key whose id gives the hint.
    pub hint: Key,
    /// The key that signs.
    pub signer: Key,
}

/// A log entry of a bundle.
#[derive(Clone, Debug)]
pub struct EntrySpec {
    /// The log's generation.
    pub rekor: Rekor,
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
    /// Signature lines of the checkpoint that come before the log's own.
    pub lines_before: Vec<LogLine>,
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
            rekor: Rekor::V1,
            index: 4,
            log: Key::Rekor,
            integrated_time: UnixTime(BUILD_TIME.0 + 5),
            set: Set::By(Key::Rekor),
            checkpoint_signer: Key::Rekor,
            lines_before: Vec::new(),
            checkpoint_root: None,
            checkpoint_size: None,
            flipped_hash: None,
            inclusion_proof: InclusionProof::Present,
            logged_instead: None,
        }
    }
}

impl EntrySpec {
    /// A healthy entry of Rekor v2.
    pub fn v2() -> Self {
        Self {
            rekor: Rekor::V2,
            log: Key::RekorV2,
            set: Set::Absent,
            checkpoint_signer: Key::RekorV2,
            ..Self::default()
        }
    }

    /// The entry with `body` (canonicalizedBody) of `kind` and `version`.
    pub(super) fn json(&self, kind: &str, version: &str, body: &[u8]) -> Value {
        let body64 = STANDARD.encode(body);
        let log_index = match self.rekor {
            Rekor::V1 | Rekor::V1Intoto => EARLIER_SHARDS + self.index,
            Rekor::V2 => self.index,
        };
        let log_id = log_id(self.log);
        let integrated_time = match self.rekor {
            Rekor::V1 | Rekor::V1Intoto => self.integrated_time.0,
            Rekor::V2 => 0,
        };
        let mut entry = json!({
            "canonicalizedBody": body64,
            "integratedTime": integrated_time.to_string(),
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
        let text = format!("{}\n{size}\n{}\n", self.rekor.origin(), STANDARD.encode(root));
        let line = |name: &str, hint: Key, signer: Key| {
            let signature = signer.sign(signer.algorithm(), text.as_bytes());
            let signature = [&log_id(hint).as_bytes()[..4], &signature].concat();
            format!("\u{2014} {name} {}\n", STANDARD.encode(signature))
        };
        let own = self.rekor.name();
        let before: String = self
            .lines_before
            .iter()
            .map(|extra| line(extra.name.unwrap_or(own), extra.hint, extra.signer))
            .collect();
        format!("{text}\n{before}{}", line(own, self.log, self.checkpoint_signer))
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
