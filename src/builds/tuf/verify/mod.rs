//! The client workflow of The Update Framework (TUF 1.0, section 5), on files at hand.
//!
//! sigstore-tuf keeps the state and checks signatures, thresholds and pins; this module orders the
//! files and tells the steps apart as findings.

pub mod client;
mod instance;

use std::collections::BTreeSet;

use jiff::Timestamp;
use sigstore_tuf::metadata::{RoleKeys, Root, Snapshot};
use sigstore_tuf::{Error as Tuf, TrustedMetadataSet};

use super::checks;
use super::parse::{Metadata, Role};
use crate::crypto::provider;
use crate::digest::{Sha256, Sha512};
use crate::finding::{Check, Finding, Promise, Value, Why};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

pub use instance::Instance;

/// The name of the file with Sigstore's keys.
pub(crate) const TARGET: &str = "trusted_root.json";

/// The largest number of files of one role that is looked at.
const MAX_FILES: usize = 32;

/// Files of one instance, in any order.
#[derive(Clone, Debug, Default)]
pub struct Files<'a> {
    /// Metadata files. Older ones than the newest say below which version nothing may fall.
    pub metadata: Vec<Metadata<'a>>,
    /// Files that could be the target.
    pub targets: Vec<&'a [u8]>,
}

/// What the files show.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// Every finding.
    pub findings: Vec<Finding>,
    /// The target, when everything holds for `now`.
    pub verified: Option<VerifiedTarget>,
    /// The root in force, as far as the files go.
    pub(crate) root_version: u64,
    /// What is to be fetched next, beside a later root.
    pub next: Option<Next>,
    /// SHA-256 of each file that is of the instance.
    pub used: Vec<Sha256>,
}

/// A file that the workflow asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The current timestamp.
    Timestamp,
    /// The snapshot of this version.
    Snapshot(u64),
    /// The top-level targets of this version.
    Targets(u64),
    /// `trusted_root.json` with this digest.
    Target(Sha256),
}

/// `trusted_root.json`, vouched for by TUF at one moment.
#[derive(Clone, Debug)]
pub struct VerifiedTarget {
    instance: Instance,
    bytes: Vec<u8>,
    root: u64,
    timestamp: u64,
    targets: u64,
    until: UnixTime,
}

impl VerifiedTarget {
    /// Whose keys they are.
    pub const fn instance(&self) -> Instance {
        self.instance
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One sentence on which metadata vouched for it and until when.
    pub fn describe(&self) -> String {
        format!(
            "{}, refreshed: root version {}, timestamp version {}, targets version {}, good until {}",
            self.instance.name(),
            self.root,
            self.timestamp,
            self.targets,
            self.until
        )
    }
}

/// Runs the workflow from the pinned root of `instance` for the moment `now`.
///
/// Metadata that names none of the instance's keys as its signer is of another repository, and is
/// passed over; [`Refresh::used`] says which files were not.
pub fn verify(instance: Instance, files: &Files<'_>, now: UnixTime) -> Refresh {
    let mut run = Run {
        instance,
        files,
        now,
        findings: Vec::new(),
        next: None,
        expired: false,
        keys: BTreeSet::new(),
        used: Vec::new(),
    };
    let (root_version, verified) = match run.start() {
        Ok(mut set) => {
            let verified = run.roles(&mut set);
            (set.root().version, verified)
        }
        Err(by) => {
            run.block_rest(by);
            (0, None)
        }
    };
    let Run { findings, next, used, .. } = run;
    let verified = verified.and_then(|target| PROMISE.keep(&findings, || target));
    Refresh { findings, verified, root_version, next, used }
}

/// What a [`VerifiedTarget`] promises: every step.
const PROMISE: Promise = Promise { holds: &checks::STEPS, where_it_applies: &[] };

struct Run<'a> {
    instance: Instance,
    files: &'a Files<'a>,
    now: UnixTime,
    findings: Vec<Finding>,
    next: Option<Next>,
    expired: bool,
    /// Ids of the keys of every root so far.
    keys: BTreeSet<String>,
    used: Vec<Sha256>,
}

impl<'a> Run<'a> {
    /// The pinned root and every later one, each vouched for by the one before.
    fn start(&mut self) -> Result<TrustedMetadataSet, &'static Check> {
        let check = &checks::TUF_ROOT;
        if provider::install().is_err() {
            return Err(self.fail(check, "foreign-crypto-provider"));
        }
        let mut set = self.instance.begun().map_err(|error| self.failed(check, &error))?;
        self.keys.extend(set.root().keys.keys().cloned());
        let files = &self.files.metadata;
        let mut own: Vec<Metadata<'a>> =
            files.iter().filter(|file| file.role == Role::Root).cloned().collect();
        own.sorted_by_key(|file| file.version);
        // A later root may name keys by which still later ones are signed.
        for file in own {
            let is_signed_by_known = file.key_ids.iter().any(|id| self.keys.contains(id));
            if is_signed_by_known
                && let Ok(later) = sigstore_tuf::metadata::Metadata::<Root>::from_slice(file.bytes)
            {
                self.keys.extend(later.signed().keys.keys().cloned());
            }
        }
        for file in self.files(Role::Root, check)? {
            if file.version < set.root().version || file.bytes == set.root_bytes() {
                continue;
            }
            set.update_root(file.bytes).map_err(|error| self.failed(check, &error))?;
            if let Some(role) = with_one_key_twice(set.root()) {
                self.findings.push(Finding::fail(check, "key-twice").actual(role));
                return Err(check);
            }
        }
        Ok(set)
    }

    fn roles(&mut self, set: &mut TrustedMetadataSet) -> Option<VerifiedTarget> {
        let version = format!("version {}", set.root().version);
        self.findings.push(Finding::pass(&checks::TUF_ROOT).actual(version.as_str()));
        let root_until = UnixTime(set.root().expires.as_second());
        self.expiry(Role::Root, root_until);
        match self.walk(set) {
            Ok(found) => found.filter(|_| !self.expired),
            Err(by) => {
                self.block_rest(by);
                None
            }
        }
    }

    /// Timestamp, snapshot, targets and target. The error is the check that is to blame.
    fn walk(
        &mut self,
        set: &mut TrustedMetadataSet,
    ) -> Result<Option<VerifiedTarget>, &'static Check> {
        let timestamps = self.files(Role::Timestamp, &checks::TUF_TIMESTAMP)?;
        let snapshots = self.files(Role::Snapshot, &checks::TUF_SNAPSHOT)?;
        let targets = self.files(Role::Targets, &checks::TUF_TARGETS)?;
        let Some(newest) = timestamps.last() else {
            self.next = Some(Next::Timestamp);
            return Err(self.open(&checks::TUF_TIMESTAMP));
        };
        for timestamp in &timestamps {
            self.timestamp(set, timestamp)?;
            let version = pinned_snapshot(set);
            if let Some(file) = snapshots.iter().find(|file| Some(file.version) == version) {
                self.snapshot(set, file)?;
            }
        }
        let timestamp_version = format!("version {}", newest.version);
        self.pass(&checks::TUF_TIMESTAMP, &timestamp_version);
        self.expiry(Role::Timestamp, newest.expires);
        let Some(pinned) = pinned_snapshot(set) else {
            return Err(self.fail(&checks::TUF_SNAPSHOT, "missing"));
        };
        let in_force = set.snapshot().filter(|snapshot| snapshot.version == pinned);
        let Some(snapshot) = in_force.cloned() else {
            self.next = Some(Next::Snapshot(pinned));
            let others = !snapshots.is_empty();
            return Err(self.not_at_hand(&checks::TUF_SNAPSHOT, pinned, others));
        };
        self.pass(&checks::TUF_ROLLBACK, &timestamp_version);
        self.pass(&checks::TUF_SNAPSHOT, &format!("version {pinned}"));
        self.expiry(Role::Snapshot, UnixTime(snapshot.expires.as_second()));
        let Some(pinned) = snapshot.meta.get("targets.json").map(|meta| meta.version) else {
            return Err(self.fail(&checks::TUF_TARGETS, "missing"));
        };
        let Some(file) = targets.iter().find(|file| file.version == pinned) else {
            self.next = Some(Next::Targets(pinned));
            return Err(self.not_at_hand(&checks::TUF_TARGETS, pinned, !targets.is_empty()));
        };
        let at = earliest(
            &[newest.expires, file.expires, UnixTime(snapshot.expires.as_second())],
            self.now,
        );
        if let Err(error) = set.update_targets(file.bytes, at) {
            return Err(self.failed(&checks::TUF_TARGETS, &error));
        }
        self.pass(&checks::TUF_TARGETS, &format!("version {pinned}"));
        self.expiry(Role::Targets, file.expires);
        let bytes = self.target(set)?;
        let root = set.root();
        let until = [
            root.expires.as_second(),
            newest.expires.0,
            snapshot.expires.as_second(),
            file.expires.0,
        ];
        Ok(Some(VerifiedTarget {
            instance: self.instance,
            bytes,
            root: root.version,
            timestamp: newest.version,
            targets: file.version,
            until: UnixTime(until.into_iter().min().unwrap_or_default()),
        }))
    }

    fn timestamp(
        &mut self,
        set: &mut TrustedMetadataSet,
        file: &Metadata<'_>,
    ) -> Result<(), &'static Check> {
        match set.update_timestamp(file.bytes, earliest(&[file.expires], self.now)) {
            Ok(()) => Ok(()),
            Err(error @ (Tuf::Rollback { .. } | Tuf::EqualVersion { .. })) => {
                Err(self.failed(&checks::TUF_ROLLBACK, &error))
            }
            Err(error) => Err(self.failed(&checks::TUF_TIMESTAMP, &error)),
        }
    }

    fn snapshot(
        &mut self,
        set: &mut TrustedMetadataSet,
        file: &Metadata<'_>,
    ) -> Result<(), &'static Check> {
        let before = set.snapshot().cloned();
        let timestamp = set.timestamp().map(|timestamp| UnixTime(timestamp.expires.as_second()));
        let at = earliest(&[file.expires, timestamp.unwrap_or(file.expires)], self.now);
        match set.update_snapshot(file.bytes, at) {
            Ok(()) => Ok(()),
            Err(error @ Tuf::Rollback { .. }) => Err(self.failed(&checks::TUF_ROLLBACK, &error)),
            Err(error) if before.is_some_and(|before| removes(&before, file)) => {
                self.findings.push(
                    Finding::fail(&checks::TUF_ROLLBACK, "removed")
                        .actual(error.to_string().as_str()),
                );
                Err(&checks::TUF_ROLLBACK)
            }
            Err(error) => Err(self.failed(&checks::TUF_SNAPSHOT, &error)),
        }
    }

    /// The file that targets names, by length and every digest that is known.
    fn target(&mut self, set: &TrustedMetadataSet) -> Result<Vec<u8>, &'static Check> {
        let check = &checks::TUF_TARGET;
        let Some(entry) = set.targets_role("targets").and_then(|role| role.target(TARGET)) else {
            return Err(self.fail(check, "missing"));
        };
        let Some(sha256) = entry.hashes.get("sha256").and_then(|hex| hex.parse::<Sha256>().ok())
        else {
            return Err(self.fail(check, "algorithm"));
        };
        let sha512 = entry.hashes.get("sha512");
        let fits = |bytes: &&&[u8]| {
            u64::try_from(bytes.len()) == Ok(entry.length)
                && Sha256::of(bytes) == sha256
                && sha512.is_none_or(|hex| hex.parse() == Ok(Sha512::of(bytes)))
        };
        let candidates = &self.files.targets;
        if let Some(bytes) = candidates.iter().find(fits) {
            let bytes = bytes.to_vec();
            self.used.push(Sha256::of(&bytes));
            self.findings.push(Finding::pass(check).actual(Value::hex(sha256.0)));
            return Ok(bytes);
        }
        self.next = Some(Next::Target(sha256));
        let Some(other) = candidates.first() else { return Err(self.open(check)) };
        let finding = if u64::try_from(other.len()) == Ok(entry.length) {
            Finding::fail(check, "not-equal")
                .expected(Value::hex(sha256.0))
                .actual(Value::hex(Sha256::of(other).0))
        } else {
            Finding::fail(check, "length")
                .expected(Value::number(entry.length))
                .actual(Value::number(u64::try_from(other.len()).unwrap_or(u64::MAX)))
        };
        self.findings.push(finding);
        Err(check)
    }

    /// The files of `role` by version, without copies, each within its limit.
    fn files(
        &mut self,
        role: Role,
        check: &'static Check,
    ) -> Result<Vec<Metadata<'a>>, &'static Check> {
        let all = self.files.metadata.iter().filter(|file| file.role == role);
        let is_own = |file: &&Metadata<'_>| file.key_ids.iter().any(|id| self.keys.contains(id));
        let mut files: Vec<Metadata<'a>> = all.filter(is_own).cloned().collect();
        self.used.extend(files.iter().map(|file| Sha256::of(file.bytes)));
        files.sorted_by(|a, b| (a.version, a.bytes).cmp(&(b.version, b.bytes)));
        files.dedup_by(|a, b| a.bytes == b.bytes);
        if files.len() > MAX_FILES || files.iter().any(|file| file.bytes.len() > role.max()) {
            return Err(self.fail(check, "too-large"));
        }
        Ok(files)
    }

    fn expiry(&mut self, role: Role, until: UnixTime) {
        let check = &checks::TUF_EXPIRY;
        let finding = if until < self.now {
            self.expired = true;
            Finding::warn(check, "expired")
        } else {
            Finding::pass(check)
        };
        self.findings.push(finding.part(role.word()).actual(until));
    }

    fn pass(&mut self, check: &'static Check, actual: &str) {
        self.findings.push(Finding::pass(check).actual(actual));
    }

    fn fail(&mut self, check: &'static Check, reason: &'static str) -> &'static Check {
        self.findings.push(Finding::fail(check, reason));
        check
    }

    fn failed(&mut self, check: &'static Check, error: &Tuf) -> &'static Check {
        let finding = Finding::fail(check, reason(error)).actual(error.to_string().as_str());
        self.findings.push(finding);
        check
    }

    fn open(&mut self, check: &'static Check) -> &'static Check {
        self.findings.push(Finding::unknown(check, Why::NotFetched));
        check
    }

    /// The version that is pinned is not among the files: when others are, they do not belong
    /// together.
    fn not_at_hand(&mut self, check: &'static Check, version: u64, others: bool) -> &'static Check {
        let finding = if others {
            Finding::fail(check, "version")
        } else {
            Finding::unknown(check, Why::NotFetched)
        };
        self.findings.push(finding.expected(format!("version {version}").as_str()));
        check
    }

    /// What has no finding yet cannot be decided.
    fn block_rest(&mut self, by: &'static Check) {
        let expiry = &checks::TUF_EXPIRY;
        for check in checks::STEPS.into_iter().filter(|check| *check != expiry) {
            if !self.findings.iter().any(|finding| finding.check == check) {
                self.findings.push(Finding::blocked(check, by));
            }
        }
        for role in [Role::Root, Role::Timestamp, Role::Snapshot, Role::Targets] {
            let part = Some(role.word());
            let mut decided = self.findings.iter().filter(|finding| finding.check == expiry);
            if !decided.any(|finding| finding.part.as_deref() == part) {
                self.findings.push(Finding::blocked(expiry, by).part(role.word()));
            }
        }
    }
}

/// The role that counts one key under two ids, if any does: a threshold of two would then be met
/// by one person.
fn with_one_key_twice(root: &Root) -> Option<&str> {
    let twice = |keys: &RoleKeys| {
        let mut seen = BTreeSet::new();
        keys.keyids.iter().collect::<BTreeSet<_>>().into_iter().any(|id| {
            root.keys.get(id).is_some_and(|key| {
                let public: String = key.keyval.public.split_whitespace().collect();
                !seen.insert(public)
            })
        })
    };
    root.roles.iter().find(|(_, keys)| twice(keys)).map(|(name, _)| name.as_str())
}

/// Whether `file` leaves out something that `before` pins.
fn removes(before: &Snapshot, file: &Metadata<'_>) -> bool {
    sigstore_tuf::metadata::Metadata::<Snapshot>::from_slice(file.bytes)
        .is_ok_and(|new| before.meta.keys().any(|name| !new.signed().meta.contains_key(name)))
}

fn pinned_snapshot(set: &TrustedMetadataSet) -> Option<u64> {
    Some(set.timestamp()?.snapshot_meta()?.version)
}

/// A moment at which nothing of this had expired: expiry has findings of its own.
fn earliest(until: &[UnixTime], now: UnixTime) -> Timestamp {
    let at = until.iter().copied().fold(now, Ord::min);
    Timestamp::from_second(at.0).unwrap_or(Timestamp::MIN)
}

const fn reason(error: &Tuf) -> &'static str {
    match error {
        Tuf::ThresholdNotMet { .. } => "threshold",
        Tuf::DuplicateSignature { .. } => "duplicate-signature",
        Tuf::Rollback { .. } => "rollback",
        Tuf::EqualVersion { .. } => "same-version",
        Tuf::BadRootVersion { .. } => "version",
        Tuf::Expired { .. } => "expired",
        Tuf::IntegrityMismatch(_) => "not-equal",
        Tuf::UnusableKey { .. } | Tuf::UnsupportedScheme { .. } => "algorithm",
        Tuf::UnknownRole(_) => "missing",
        _ => "malformed",
    }
}
