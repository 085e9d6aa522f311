//! Every check of Tinfoil's bundle and of the connection's keys, with at least one bundle that
//! makes exactly it fail or warn; and the whole chain of a real bundle.

use std::fs;

use s2s_sim::keys::Key;
use s2s_sim::tinfoil::{HPKE_KEY, Image, TinfoilSpec};
use serde_json::Value as Json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::{LinkId, connection};
use silicon_to_source::report::{DebugFlag, KeyFlag, Level, Report, State};
use silicon_to_source::services::tinfoil;
use silicon_to_source::time::{UnixTime, Validity};

use crate::common::table::{Change, Expected, Told, change as row, findings};
use crate::common::{examine, shared};

const IN_2026: &str = "2026-02-01T00:00:00Z";

/// A bundle and the policy it is examined under.
struct Case {
    spec: TinfoilSpec,
    policy: Json,
}

impl Case {
    fn healthy() -> Self {
        let policy = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
        Self { spec: TinfoilSpec::default(), policy }
    }

    fn examine(&self) -> Report {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        examine(&self.spec.bytes(), &[], Some(&policy), IN_2026.parse().unwrap()).unwrap()
    }

    /// Changes the signed statement.
    fn statement(&mut self, change: fn(&mut Json)) {
        let mut statement = serde_json::from_slice(&self.spec.statement()).unwrap();
        change(&mut statement);
        self.spec.statement = Some(serde_json::to_vec(&statement).unwrap());
    }
}

type Row = Change<Case>;

const ONE_READING: &str = "the signed predicate is read as a whole or not at all";

const ROWS: &[Row] = &[
    row("tinfoil.digest", "fail not-listed", |case| {
        let release = case.spec.json()["digest"].as_str().unwrap().to_owned();
        case.spec.digest = Some(release.to_ascii_uppercase());
        case.spec.subject_digest = Some(release);
    }),
    row("tinfoil.measurement", "fail not-equal", |case| case.spec.measurement = Some([7; 48])),
    row("tinfoil.config", "fail not-equal", |case| {
        case.spec.config_hash = Some(Sha256::of(b"another").to_string());
    }),
    row("tinfoil.config", "fail missing", |case| {
        case.statement(|statement| {
            let line = statement["predicate"]["cmdline"].as_str().unwrap();
            let line = line.replace("tinfoil-config-hash=", "tinfoil-config=");
            statement["predicate"]["cmdline"] = line.into();
        });
    }),
    row("tinfoil.config", "fail missing", |case| {
        case.statement(|statement| {
            let line = statement["predicate"]["cmdline"].as_str().unwrap();
            let line = format!("{line} tinfoil-config-hash=00");
            statement["predicate"]["cmdline"] = line.into();
        });
    }),
    row("tinfoil.vm-image", "fail not-equal", |case| {
        case.statement(|statement| {
            statement["predicate"]["hashes"]["root"] = "00".repeat(32).into();
        });
    }),
    row("tinfoil.container/container 1", "warn by-tag", |case| case.spec.image = Image::Tag),
    Row {
        also: &[
            ("tinfoil.measurement", "fail malformed", ONE_READING),
            ("tinfoil.vm-image", "fail malformed", ONE_READING),
            ("tinfoil.container", "fail malformed", ONE_READING),
            ("tinfoil.container/container 1", "absent", ONE_READING),
        ],
        ..row("tinfoil.config", "fail malformed", |case| {
            case.statement(|statement| {
                statement["predicate"].as_object_mut().unwrap().remove("config");
            });
        })
    },
    row("binding.tls.key", "fail not-equal", |case| {
        let report_data = [[7; 32], HPKE_KEY].concat();
        case.spec.report_data = Some(report_data.try_into().unwrap());
    }),
    row("binding.tls.hpke", "fail not-equal", |case| {
        case.spec.committed_hpke_key = Some([7; 32]);
    }),
    row("binding.tls.hpke", "fail not-equal", |case| {
        let tls = Sha256::of(&Key::Tls.spki()).0;
        case.spec.report_data = Some([tls, [7; 32]].concat().try_into().unwrap());
    }),
    row("binding.tls.document", "fail not-equal", |case| {
        case.spec.committed_document = Some(Sha256::of(b"another document"));
    }),
    row("binding.tls.validity", "fail expired", |case| {
        case.spec.tls_validity =
            Validity { not_before: UnixTime(0), not_after: UnixTime(1_769_903_999) };
    }),
    row("binding.tls.validity", "fail not-yet-valid", |case| {
        case.spec.tls_validity =
            Validity { not_before: UnixTime(1_769_904_001), not_after: UnixTime(2_000_000_000) };
    }),
    row("binding.tls.domain", "fail not-equal", |case| {
        case.policy["domain"] = "another.simulated.example".into();
    }),
    row("binding.tls.domain", "fail not-equal", |case| {
        case.spec.domain = "another.simulated.example".into();
    }),
    row("binding.tls.domain", "unknown no-reference", |case| {
        case.policy.as_object_mut().unwrap().remove("domain");
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|row| (row.finding, row.becomes)).chain(ALWAYS_OPEN).collect()
}

/// Checks that this verifier cannot decide from a bundle, and says so in every report.
const ALWAYS_OPEN: [Told; 7] = [
    ("tinfoil.measurement-recomputed", "unknown not-supported"),
    ("binding.tls.issuer", "unknown not-published"),
    ("binding.tls.connection", "unknown not-supported"),
    ("binding.tls.validity", "unknown self-stated"),
    ("binding.tls.document", "unknown self-stated"),
    ("binding.tls.domain", "unknown self-stated"),
    ("binding.freshness", "unknown no-reference"),
];

#[test]
fn every_check_has_a_bundle_that_makes_exactly_it_fail() {
    let healthy = Case::healthy().examine();
    assert_eq!(healthy.verdict.state, State::Verified);
    assert!(healthy.simulated);
    let healthy = findings(&healthy);
    let mut wrong = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        let mut case = Case::healthy();
        (row.spoil)(&mut case);
        let report = case.examine();
        let label = format!("row {number}, {} {}", row.finding, row.becomes);
        let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
        wrong.extend(expected.differences(&healthy, &findings(&report), &label));
        let state = match row.becomes.split(' ').next() {
            Some("fail") => State::Failed,
            // Compared with nothing, and not required.
            Some("unknown") => State::Verified,
            _ => State::Warning,
        };
        if report.verdict.state != state {
            wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn some_checks_are_open_for_every_bundle() {
    let healthy = findings(&Case::healthy().examine());
    for (check, outcome) in ALWAYS_OPEN {
        assert_eq!(healthy[check], outcome);
    }
}

#[test]
fn machine_that_is_not_shown_blocks_what_rests_on_it() {
    let mut case = Case::healthy();
    case.spec.report_signer = Key::StrangerP384;
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    for check in ["tinfoil.measurement", "binding.tls.key", "binding.tls.hpke"] {
        assert_eq!(found[check], "blocked by snp.report.signature");
    }
    assert_eq!(found["tinfoil.config"], "pass", "what the build says is still read");
    assert_eq!(report.flags.key, KeyFlag::NotShown);
    assert_eq!(report.assurance.level, None);
}

#[test]
fn build_that_is_not_shown_blocks_what_rests_on_it() {
    let mut case = Case::healthy();
    case.spec.subject_digest = Some("00".repeat(32));
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    for check in ["tinfoil.digest", "tinfoil.measurement", "tinfoil.config", "tinfoil.container"] {
        assert_eq!(found[check], "blocked by sigstore.subject");
    }
    assert_eq!(found["binding.tls.key"], "pass");
    assert_ne!(report.assurance.level, Some(Level::A5));
}

fn claim(report: &Report, name: &str) -> String {
    let claim = report.claims.iter().find(|claim| claim.name == name);
    claim.unwrap_or_else(|| panic!("no {name}")).value.to_string()
}

/// The values are those of the vectors' README, of `openssl x509` on its certificates and of the
/// release it names.
#[test]
fn real_bundle_holds_from_amds_root_to_the_commit_and_shows_the_known_gap() {
    let Some(file) = shared("vectors/tinfoil/attestation-bundle.json") else { return };
    let bundle = fs::read(file).unwrap();
    let at = |time: &str| examine(&bundle, &[], None, time.parse().unwrap()).unwrap();
    let report = at(IN_2026);
    assert_eq!(report.verdict.state, State::Warning);
    let dated = report.findings(&connection::FRESHNESS).next().unwrap();
    assert_eq!((dated.outcome, dated.reason), ("allowed", Some("undated")));
    let later = at("2026-04-21T00:00:00Z");
    assert_eq!(later.verdict.state, State::Warning);
    let build_is_old = Policy::from_json(
        builtin("tinfoil")
            .unwrap()
            .json
            .replace(r#""undated-for-days": 90"#, r#""undated-for-days": 5"#)
            .as_bytes(),
    );
    let old = examine(&bundle, &[], build_is_old.as_ref().ok(), IN_2026.parse().unwrap()).unwrap();
    let because: Vec<&str> = old.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(old.verdict.state, State::Unknown);
    assert_eq!(because, ["binding.freshness"], "nothing in a bundle says when it was made");
    assert_eq!(report.assurance.level, Some(Level::A5));
    assert_eq!(report.assurance.except, [&tinfoil::checks::TINFOIL_CONTAINER]);
    assert_eq!((report.ends_at.link, report.ends_at.next), (Some(LinkId::Commit), None));
    let key = report.findings(&connection::TLS_KEY).next().unwrap();
    assert_eq!((key.outcome, report.flags.debug), ("pass", DebugFlag::Off));
    assert_eq!(report.flags.key, KeyFlag::Bound);
    assert_eq!(claim(&report, "hardware.root"), "ARK-Genoa");
    assert_eq!(
        claim(&report, "hardware.root-sha256"),
        "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"
    );
    assert_eq!(
        claim(&report, "snp.chip-id"),
        "1af1aa6c1f56037a05849a59b8815cf909583f9ba9ef2f053218c437f33ba183\
         e4e415b039b37f8205250ad15f8b88a0a3add9f4c081c0779a48ed2214378e44"
    );
    let values: Vec<String> = report.claims.iter().map(|c| c.value.to_string()).collect();
    for value in [
        "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7",
        "refs/tags/v0.0.38",
        "https://github.com/tinfoilsh/confidential-model-router",
    ] {
        assert!(values.iter().any(|found| found == value), "{value}: {values:?}");
    }
    let own = ["binding.tls.validity", "binding.tls.domain", "binding.tls.document"];
    assert!(own.iter().all(|check| findings(&report)[*check] == "unknown self-stated"));
    for open in ["binding.tls.issuer", "binding.tls.connection", "snp.crl.revocation"] {
        assert!(report.not_checked.iter().any(|found| found.check.id == open), "{open}");
    }

    let later = at("2027-01-01T00:00:00Z");
    assert_eq!(later.verdict.state, State::Failed);
    let because: Vec<&str> = later.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(because, ["binding.tls.validity"], "valid 2026-01-22 to 2026-04-22");
    let found = findings(&later);
    assert_eq!(found["binding.tls.validity"], "fail expired");
    assert_eq!(found["snp.vek.validity"], "pass");
}
