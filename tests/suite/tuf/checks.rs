//! Sigstore's key list under The Update Framework: each spoiled thing fails its own check, and keys
//! that TUF does not vouch for are never used.

use s2s_sim::keys::Key;
use s2s_sim::sigstore::{Build, BundleSpec, trusted_root};
use s2s_sim::tuf::{
    MetadataSpec, ROOT_KEYS, TARGETS_EXPIRES, TIMESTAMP_EXPIRES, key_id, key_object, signers,
};
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Became, Report, State};
use silicon_to_source::time::{DAY, UnixTime};

use crate::common::table::{Expected, Told, findings};

/// 2025-01-05: everything counts.
const NOW: UnixTime = UnixTime(1_736_035_200);

/// A published state: what it holds, and what it was made from.
struct Published {
    roots: Vec<MetadataSpec>,
    timestamp: MetadataSpec,
    snapshot: MetadataSpec,
    targets: MetadataSpec,
    trusted_root: Vec<u8>,
}

impl Published {
    fn new(version: u64) -> Self {
        Self::with(version, |_| {}, |_| {}, |_| {})
    }

    /// Each closure spoils a file before the next one pins it.
    fn with(
        version: u64,
        targets: impl FnOnce(&mut MetadataSpec),
        snapshot: impl FnOnce(&mut MetadataSpec),
        timestamp: impl FnOnce(&mut MetadataSpec),
    ) -> Self {
        // Other bytes than those that the verifier carries, so that use can be told apart.
        let mut file = trusted_root();
        file.extend_from_slice(b"\n\n");
        let mut made_targets = MetadataSpec::targets(version, &file);
        targets(&mut made_targets);
        let mut made_snapshot = MetadataSpec::snapshot(version, &made_targets);
        snapshot(&mut made_snapshot);
        let mut made_timestamp = MetadataSpec::timestamp(version, &made_snapshot);
        timestamp(&mut made_timestamp);
        Self {
            roots: Vec::new(),
            timestamp: made_timestamp,
            snapshot: made_snapshot,
            targets: made_targets,
            trusted_root: file,
        }
    }

    fn files(&self) -> Vec<Vec<u8>> {
        let roots = self.roots.iter().map(MetadataSpec::bytes);
        let mut files: Vec<_> = roots.collect();
        files.extend([self.timestamp.bytes(), self.snapshot.bytes(), self.targets.bytes()]);
        files.push(self.trusted_root.clone());
        files
    }
}

fn policy() -> Policy {
    let mut json: Value = serde_json::from_str(builtin("sigstore").unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn bundle() -> Vec<u8> {
    let build = Build::default();
    BundleSpec::dsse(&build, build.slsa_statement("simulated", &Sha256::of(b"x").to_string()))
        .bytes()
}

fn examined(files: &[Vec<u8>], now: UnixTime) -> Report {
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    crate::common::examine(&bundle(), &files, Some(&policy()), now).unwrap()
}

/// The keys that the report names as in force.
fn in_force(report: &Report) -> String {
    let check = silicon_to_source::engine::checks::find("sigstore.trusted-root").unwrap();
    report.findings(check).next().unwrap().actual.as_ref().unwrap().to_string()
}

#[test]
fn keys_that_tuf_vouches_for_are_used_and_named() {
    let published = Published::new(2);
    let report = examined(&published.files(), NOW);
    for check in ["tuf.root", "tuf.timestamp", "tuf.snapshot", "tuf.targets", "tuf.target"] {
        assert_eq!(findings(&report)[check], "pass", "{check}");
    }
    let named = in_force(&report);
    let sha256 = Sha256::of(&published.trusted_root);
    assert!(named.contains("refreshed") && named.contains(&sha256.to_string()), "{named}");
    let item = report.evidence.iter().find(|item| item.id == "sigstore-trusted-root").unwrap();
    assert_eq!(item.sha256, sha256);
}

#[test]
fn keys_that_tuf_vouches_for_decide_the_bundle() {
    use base64::Engine as _;
    let spki = base64::engine::general_purpose::STANDARD.encode(Key::TufOnline.spki());
    let mut with_another_log: Value = serde_json::from_slice(&trusted_root()).unwrap();
    with_another_log["tlogs"][0]["publicKey"]["rawBytes"] = json!(spki);
    let file = serde_json::to_vec(&with_another_log).unwrap();
    let targets = MetadataSpec::targets(2, &file);
    let snapshot = MetadataSpec::snapshot(2, &targets);
    let timestamp = MetadataSpec::timestamp(2, &snapshot);
    let files = [timestamp.bytes(), snapshot.bytes(), targets.bytes(), file];
    let report = examined(&files, NOW);
    assert_eq!(findings(&report)["tuf.target"], "pass");
    assert!(findings(&report)["sigstore.log.promise"].starts_with("fail"));
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn without_files_the_carried_keys_count_and_the_open_refresh_is_named() {
    let report = examined(&[], NOW);
    assert_eq!(findings(&report)["tuf.timestamp"], "unknown not-fetched");
    assert_eq!(findings(&report)["tuf.root"], "pass");
    assert!(!in_force(&report).contains("refreshed"));
    assert!(report.not_checked.iter().any(|open| open.check.id == "tuf.timestamp"));
}

#[test]
fn a_trusted_root_alone_is_not_used() {
    let report = examined(&[Published::new(2).trusted_root], NOW);
    assert_eq!(findings(&report)["tuf.timestamp"], "unknown not-fetched");
    assert_eq!(findings(&report)["tuf.target"], "blocked by tuf.timestamp");
    assert!(!in_force(&report).contains("refreshed"));
}

/// One row: what is spoiled, the finding and what it becomes, and the moment.
struct Row(&'static str, Expected, UnixTime, Vec<Vec<u8>>);

fn row(what: &'static str, finding: &'static str, becomes: &'static str, files: Published) -> Row {
    Row(what, Expected { finding, becomes, also: &[] }, NOW, files.files())
}

fn at(now: UnixTime, row: Row) -> Row {
    Row(row.0, row.1, now, row.3)
}

fn with_roots(roots: Vec<MetadataSpec>) -> Published {
    Published { roots, ..Published::new(2) }
}

fn root(version: u64, change: impl FnOnce(&mut MetadataSpec)) -> MetadataSpec {
    let mut root = MetadataSpec::root(version);
    change(&mut root);
    root
}

fn rows() -> Vec<Row> {
    let fail = |what, finding, becomes, files| row(what, finding, becomes, files);
    let one = |key: Key| vec![(key_id(key), key)];
    let root_change = |what, becomes, root| fail(what, "tuf.root", becomes, with_roots(vec![root]));
    vec![
        root_change(
            "a root signed by one",
            "fail threshold",
            root(2, |root| root.signers.truncate(1)),
        ),
        root_change("a version left out", "fail version", root(3, |_| {})),
        root_change(
            "a root by one key twice",
            "fail duplicate-signature",
            root(2, |root| {
                root.signers = [one(ROOT_KEYS[0]), one(ROOT_KEYS[0])].concat();
            }),
        ),
        root_change(
            "a root that lowers its threshold to nothing",
            "fail malformed",
            root(2, |root| {
                root.signed["roles"]["root"]["threshold"] = json!(0);
            }),
        ),
        root_change(
            "one key under two ids",
            "fail key-twice",
            root(2, |root| {
                root.signed["keys"]["another"] = key_object(Key::TufOnline);
                root.signed["roles"]["timestamp"] =
                    json!({ "keyids": [key_id(Key::TufOnline), "another"], "threshold": 2 });
            }),
        ),
        root_change(
            "a root over the limit",
            "fail too-large",
            root(2, |root| {
                root.signed["x-name"] = json!("S".repeat(520_000));
            }),
        ),
        fail(
            "a stranger's signature under the right id",
            "tuf.timestamp",
            "fail threshold",
            Published::with(
                2,
                |_| {},
                |_| {},
                |timestamp| {
                    timestamp.signers = vec![(key_id(Key::TufOnline), Key::StrangerP256)];
                },
            ),
        ),
        fail(
            "a root holder's signature under a timestamp",
            "tuf.timestamp",
            "fail threshold",
            Published::with(2, |_| {}, |_| {}, |timestamp| timestamp.signers = one(ROOT_KEYS[0])),
        ),
        fail(
            "a timestamp signed twice by one key",
            "tuf.timestamp",
            "fail duplicate-signature",
            Published::with(
                2,
                |_| {},
                |_| {},
                |timestamp| {
                    timestamp.signers = [one(Key::TufOnline), one(Key::TufOnline)].concat();
                },
            ),
        ),
        fail(
            "a timestamp over the limit",
            "tuf.timestamp",
            "fail too-large",
            Published::with(
                2,
                |_| {},
                |_| {},
                |timestamp| {
                    timestamp.signed["x-name"] = json!("S".repeat(17_000));
                },
            ),
        ),
        fail(
            "a timestamp of TUF 2",
            "tuf.timestamp",
            "fail malformed",
            Published::with(
                2,
                |_| {},
                |_| {},
                |timestamp| timestamp.signed["spec_version"] = json!("2.0"),
            ),
        ),
        fail("another snapshot of the same version", "tuf.snapshot", "fail not-equal", {
            let mut published = Published::new(2);
            published.snapshot.signed["x-name"] = json!("SIMULATED");
            published
        }),
        fail(
            "the snapshot of another state",
            "tuf.snapshot",
            "fail version",
            Published { snapshot: Published::new(3).snapshot, ..Published::new(2) },
        ),
        fail(
            "targets by one holder",
            "tuf.targets",
            "fail threshold",
            Published::with(2, |targets| targets.signers.truncate(1), |_| {}, |_| {}),
        ),
        fail(
            "targets of another state",
            "tuf.targets",
            "fail version",
            Published { targets: Published::new(3).targets, ..Published::new(2) },
        ),
        fail("other targets of the same version", "tuf.targets", "fail not-equal", {
            let mut published = Published::new(2);
            published.targets.signed["x-name"] = json!("SIMULATED");
            published
        }),
        fail("a trusted root that is longer", "tuf.target", "fail length", {
            let mut published = Published::new(2);
            published.trusted_root.push(b'\n');
            published
        }),
        fail("a trusted root with a byte changed", "tuf.target", "fail not-equal", {
            let mut published = Published::new(2);
            *published.trusted_root.last_mut().unwrap() = b' ';
            published
        }),
        fail(
            "targets that name another file",
            "tuf.target",
            "fail missing",
            Published::with(2, |targets| targets.signed["targets"] = json!({}), |_| {}, |_| {}),
        ),
        fail(
            "a root that expired",
            "tuf.expiry/root",
            "warn expired",
            with_roots(vec![root(2, |root| {
                root.signed["expires"] = json!("2025-01-04T00:00:00Z");
            })]),
        ),
        at(
            UnixTime(TIMESTAMP_EXPIRES.0 + 1),
            fail(
                "a timestamp that is replayed",
                "tuf.expiry/timestamp",
                "warn expired",
                Published::new(2),
            ),
        ),
        at(
            UnixTime(TIMESTAMP_EXPIRES.0 + DAY),
            fail(
                "a snapshot that expired",
                "tuf.expiry/snapshot",
                "warn expired",
                Published::with(
                    2,
                    |_| {},
                    |snapshot| snapshot.signed["expires"] = json!("2025-01-04T00:00:00Z"),
                    |timestamp| timestamp.signed["expires"] = json!(TARGETS_EXPIRES.to_string()),
                ),
            ),
        ),
        fail(
            "targets that expired",
            "tuf.expiry/targets",
            "warn expired",
            Published::with(
                2,
                |targets| {
                    targets.signed["expires"] = json!("2025-01-04T00:00:00Z");
                },
                |_| {},
                |_| {},
            ),
        ),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    rows().iter().map(|Row(_, row, ..)| (row.finding, row.becomes)).collect()
}

#[test]
fn each_spoiled_thing_fails_its_check_and_the_keys_are_not_used() {
    let mut wrong = Vec::new();
    for Row(what, expected, now, files) in rows() {
        let healthy = findings(&examined(&Published::new(2).files(), NOW));
        let report = examined(&files, now);
        let spoiled = findings(&report);
        wrong.extend(expected.differences(&healthy, &spoiled, what));
        if in_force(&report).contains("refreshed") {
            wrong.push(format!("{what}: the keys are used"));
        }
        let failed = expected.becomes.starts_with("fail");
        if failed != (report.verdict.state == State::Failed) {
            wrong.push(format!("{what}: {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Metadata that names keys of nobody here is of another repository: it is named as not used, and
/// the evidence stands as it does without.
#[test]
fn metadata_of_another_repository_decides_nothing() {
    let one = |key: Key| vec![(key_id(key), key)];
    let stranger = || one(Key::StrangerP256);
    let alone = examined(&[], NOW);
    let strangers = Published::with(
        2,
        |targets| targets.signers = stranger(),
        |snapshot| snapshot.signers = stranger(),
        |timestamp| timestamp.signers = stranger(),
    );
    let mut files = strangers.files();
    files.pop();
    files.push(root(2, |root| root.signers = stranger()).bytes());
    let report = examined(&files, NOW);
    assert_eq!(findings(&report), findings(&alone));
    assert_eq!(report.verdict.state, alone.verdict.state);
    for filed in &report.files[1..] {
        assert_eq!(filed.became, Became::NotAboutThis, "{filed:?}");
    }
    // Beside the instance's own, they change nothing either.
    let own = Published::new(2).files();
    let report = examined(&[own.clone(), files].concat(), NOW);
    assert_eq!(findings(&report), findings(&examined(&own, NOW)));
    assert!(in_force(&report).contains("refreshed"));
}

#[test]
fn metadata_and_key_lists_that_cannot_be_read_are_findings_about_themselves() {
    let mut files = Published::new(2).files();
    files.push(br#"{"signed":{},"signatures":[]}"#.to_vec());
    files.push(br#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json"}"#.to_vec());
    let report = examined(&files, NOW);
    assert!(in_force(&report).contains("refreshed"));
    for (number, name) in [(5, "file 5"), (6, "file 6")] {
        assert_eq!(findings(&report)[&format!("tuf.file/{name}")], "unknown not-supported");
        assert_eq!(report.files[number].became, Became::Unreadable);
    }
}

#[test]
fn a_later_state_must_not_fall_behind_what_was_seen() {
    let seen = Published::new(5);
    let file = trusted_root();
    let older = MetadataSpec::targets(4, &file);
    let rolled_back = |snapshot: &MetadataSpec, version| MetadataSpec::timestamp(version, snapshot);
    let snapshot_back = MetadataSpec::snapshot(4, &older);
    let targets_back = MetadataSpec::snapshot(6, &older);
    let mut removed = MetadataSpec::snapshot(6, &seen.targets);
    removed.signed["meta"] = json!({ "other.json": { "version": 1 } });
    for (what, snapshot, becomes) in [
        ("an older snapshot", snapshot_back, "fail rollback"),
        ("older targets", targets_back, "fail rollback"),
        ("targets left out", removed, "fail removed"),
    ] {
        let mut files = seen.files();
        files.extend([rolled_back(&snapshot, 6).bytes(), snapshot.bytes(), older.bytes()]);
        let report = examined(&files, NOW);
        assert_eq!(findings(&report)["tuf.rollback"], becomes, "{what}");
        assert_eq!(report.verdict.state, State::Failed, "{what}");
        assert!(!in_force(&report).contains("refreshed"), "{what}");
    }
    let mut twice = seen.files();
    let mut other = MetadataSpec::timestamp(5, &seen.snapshot);
    other.signed["x-name"] = json!("SIMULATED");
    twice.push(other.bytes());
    assert_eq!(findings(&examined(&twice, NOW))["tuf.rollback"], "fail same-version");
}

#[test]
fn roots_are_followed_one_by_one_to_new_keys() {
    let handed_over = root(2, |root| {
        root.signed["roles"]["timestamp"]["keyids"] = json!([key_id(Key::Rekor)]);
        root.signed["keys"][key_id(Key::Rekor)] = key_object(Key::Rekor);
    });
    let with_new_key = |roots| Published {
        roots,
        ..Published::with(2, |_| {}, |_| {}, |timestamp| timestamp.signers = signers(&[Key::Rekor]))
    };
    let report = examined(&with_new_key(vec![handed_over.clone()]).files(), NOW);
    assert!(in_force(&report).contains("root version 2"), "{}", in_force(&report));
    let report = examined(
        &with_new_key(vec![
            root(3, |root| {
                root.signed = {
                    let mut signed = handed_over.signed.clone();
                    signed["version"] = json!(3);
                    signed
                }
            }),
            handed_over,
        ])
        .files(),
        NOW,
    );
    assert!(in_force(&report).contains("root version 3"), "{}", in_force(&report));
    let report = examined(&with_new_key(Vec::new()).files(), NOW);
    assert_eq!(findings(&report)["tuf.timestamp"], "unknown not-fetched", "nobody names its key");
}

#[test]
fn every_changed_byte_of_signed_metadata_is_noticed() {
    let published = Published::new(2);
    let healthy = in_force(&examined(&published.files(), NOW));
    let files = published.files();
    for number in 0..files.len() {
        for at in (0..files[number].len()).step_by(13) {
            let mut changed = files.clone();
            changed[number][at] ^= 1;
            let bytes: Vec<&[u8]> = changed.iter().map(Vec::as_slice).collect();
            let Ok(report) = crate::common::examine(&bundle(), &bytes, Some(&policy()), NOW) else {
                continue;
            };
            assert!(in_force(&report) != healthy, "file {number}, byte {at}");
        }
    }
}
