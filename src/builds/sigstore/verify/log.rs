//! Step 1.5: the transparency log's promise, inclusion path and checkpoint.

use jiff::Timestamp;
use sigstore_merkle::{hash_leaf, verify_inclusion_proof};
use sigstore_types::{KindVersion, Sha256Hash, SignatureBytes, TransparencyLogEntry};

use super::root::TrustedRoot;
use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::{Checkpoint, Version};
use crate::finding::{Finding, Why};
use crate::hex;
use crate::time::UnixTime;

/// A log that is not in the list of keys.
const UNKNOWN_LOG: &str = "unknown-log";

/// Whether the entry is one of Rekor v2, which has neither promise nor time of its own.
pub(super) fn is_v2(entry: &TransparencyLogEntry) -> bool {
    entry.kind_version == KindVersion::HashedRekordV002
}

/// The log promised, with its signature, to include this body under this index at this time.
/// The time counts only when the signature verifies.
pub(super) fn promise(
    entry: &TransparencyLogEntry,
    version: Version,
    root: &TrustedRoot,
) -> (Finding, Option<Timestamp>) {
    let check = &checks::SIGSTORE_LOG_PROMISE;
    let Some(promise) = &entry.inclusion_promise else {
        let finding = match version {
            Version::V0_1 => Finding::fail(check, "missing"),
            _ => Finding::unknown(check, Why::NotApplicable),
        };
        return (finding, None);
    };
    if is_v2(entry) {
        return (Finding::fail(check, "not-in-rekor-v2"), None);
    }
    let Some(time) = entry.integrated_time else { return (Finding::fail(check, "no-time"), None) };
    let shown = UnixTime(time.as_second());
    let reason = match log_key_at(entry, root, time) {
        Err(reason) => Some(reason),
        Ok(key) => {
            let signature = SignatureBytes::from_bytes(promise.signed_entry_timestamp.as_bytes());
            key.verify(promised(entry, time), &signature).err().map(|_| "bad-signature")
        }
    };
    match reason {
        None => (Finding::pass(check).actual(shown), Some(time)),
        Some(UNKNOWN_LOG) => (root.absent(check, log_name(entry)), None),
        Some(reason) => (Finding::fail(check, reason).actual(shown), None),
    }
}

fn log_key_at<'a>(
    entry: &TransparencyLogEntry,
    root: &'a TrustedRoot,
    time: Timestamp,
) -> Result<&'a sigstore_crypto::VerificationKey, &'static str> {
    let id = log_id(entry)?;
    root.rekor().key(&id).ok_or(UNKNOWN_LOG)?;
    root.rekor().key_at(&id, time).ok_or("log-key-not-valid")
}

/// The log that the entry names.
fn log_name(entry: &TransparencyLogEntry) -> String {
    format!("log {}", hex::encode(entry.log_id.key_id.as_bytes()))
}

fn log_id(entry: &TransparencyLogEntry) -> Result<Sha256Hash, &'static str> {
    Sha256Hash::try_from(entry.log_id.key_id.as_bytes()).map_err(|_| "malformed")
}

/// The signed bytes of a promise: canonical JSON (RFC 8785). Base64, hex and decimal digits need
/// no escapes, and the members are in their order.
fn promised(entry: &TransparencyLogEntry, time: Timestamp) -> Vec<u8> {
    format!(
        r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
        entry.canonicalized_body.to_base64(),
        time.as_second(),
        hex::encode(entry.log_id.key_id.as_bytes()),
        entry.log_index.get(),
    )
    .into_bytes()
}

/// The body is a leaf of the tree with this size and root hash (RFC 6962 section 2.1.1).
///
/// In Rekor v2 size and root are taken from the checkpoint and the index from the entry; the
/// path's own copies of them are not looked at.
pub(super) fn inclusion(
    entry: &TransparencyLogEntry,
    checkpoint: Option<&Checkpoint>,
    version: Version,
) -> Finding {
    let check = &checks::SIGSTORE_LOG_INCLUSION;
    let Some(path) = &entry.inclusion_proof else {
        return match version {
            // The promise has a check of its own, and a promise is all that there is.
            Version::V0_1 => Finding::unknown(check, Why::NotApplicable),
            _ => Finding::fail(check, "missing"),
        };
    };
    let (index, size, root) = if is_v2(entry) {
        let Some(checkpoint) = checkpoint else {
            return Finding::blocked(check, &checks::SIGSTORE_LOG_CHECKPOINT);
        };
        (entry.log_index.get(), checkpoint.size(), Sha256Hash::new(*checkpoint.root()))
    } else {
        (path.log_index.get(), path.tree_size, path.root_hash)
    };
    let leaf = hash_leaf(entry.canonicalized_body.as_bytes());
    let finding = match verify_inclusion_proof(&leaf, index, size, &path.hashes, &root) {
        Ok(()) => Finding::pass(check),
        Err(sigstore_merkle::Error::RootMismatch { .. }) => Finding::fail(check, "root-hash"),
        Err(sigstore_merkle::Error::WrongProofLength { .. }) => Finding::fail(check, "path-length"),
        Err(_) => Finding::fail(check, "index"),
    };
    finding.actual(format!("leaf {index} of {size}, root {}", root.to_hex()).as_str())
}

/// The log signed the size and root hash that the inclusion path leads to.
pub(super) fn checkpoint(
    entry: &TransparencyLogEntry,
    checkpoint: Option<&Checkpoint>,
    version: Version,
    root: &TrustedRoot,
    now: UnixTime,
) -> Finding {
    let check = &checks::SIGSTORE_LOG_CHECKPOINT;
    let Some(path) = &entry.inclusion_proof else {
        return match version {
            Version::V0_1 => Finding::unknown(check, Why::NotApplicable),
            _ => Finding::blocked(check, &checks::SIGSTORE_LOG_INCLUSION),
        };
    };
    let Some(checkpoint) = checkpoint else { return Finding::fail(check, "missing") };
    let shown = format!(
        "{}, size {}, root {}",
        checkpoint.origin(),
        checkpoint.size(),
        hex::encode(checkpoint.root())
    );
    let fits = is_v2(entry)
        || (path.tree_size == checkpoint.size() && path.root_hash.as_bytes() == checkpoint.root());
    let answer = signed_by_log(entry, checkpoint, root, now).and(if fits {
        Ok(())
    } else {
        Err("not-equal")
    });
    let finding = match answer {
        Ok(()) => Finding::pass(check),
        Err("not-equal") => Finding::fail(check, "not-equal").expected(
            format!("size {}, root {}", path.tree_size, path.root_hash.to_hex()).as_str(),
        ),
        Err(UNKNOWN_LOG) => {
            let log = format!("{}, {}", checkpoint.origin(), log_name(entry));
            return root.absent(check, log);
        }
        Err(reason) => Finding::fail(check, reason),
    };
    finding.actual(shown.as_str())
}

/// A line of the note is by the name of its origin and verifies under the key of the entry's own
/// log. Lines by others (witnesses) are not looked at.
fn signed_by_log(
    entry: &TransparencyLogEntry,
    checkpoint: &Checkpoint,
    root: &TrustedRoot,
    now: UnixTime,
) -> Result<(), &'static str> {
    let id = log_id(entry)?;
    root.rekor().key(&id).ok_or(UNKNOWN_LOG)?;
    let now = Timestamp::from_second(now.0).map_err(|_| "log-key-not-valid")?;
    let key = root.rekor().key_started_by(&id, now).ok_or("log-key-not-valid")?;
    let mut reason = "no-log-signature";
    for line in checkpoint.signatures() {
        if line.name != checkpoint.host() || !id.as_bytes().starts_with(&line.hint) {
            continue;
        }
        let signature = SignatureBytes::from_bytes(&line.signature);
        if key.verify(checkpoint.signed(), &signature).is_ok() {
            return Ok(());
        }
        reason = "bad-signature";
    }
    Err(reason)
}
