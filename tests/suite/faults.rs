//! Inputs about builds that were once answered wrongly: what is said of each, the state, and the
//! exit code that follows from it. The right answers are those of `../shared/vectors/faults`.

use std::path::Path;

use serde_json::{Value as Json, json};
use silicon_to_source::builds::sigstore;
use silicon_to_source::builds::sigstore::policy::Artifact;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{Report, RootOfTrust, State, Word};
use silicon_to_source::time::UnixTime;

use crate::common::table::findings;
use crate::common::{crate_dir, examine, shared};

/// One input with its policy, and what is right.
struct Row {
    folder: &'static str,
    input: &'static str,
    policy: fn(&Path) -> Policy,
    /// Findings, each as it is.
    says: &'static [(&'static str, &'static str)],
    /// The check that is named first in the verdict.
    because: &'static str,
    state: State,
    exit: u8,
}

fn now() -> UnixTime {
    "2026-11-30T00:00:00Z".parse().unwrap()
}

fn built_in(name: &str) -> Policy {
    builtin(name).unwrap().policy().unwrap()
}

fn of_file(path: &Path) -> Policy {
    Policy::from_json(&std::fs::read(path).unwrap()).unwrap()
}

const ROWS: &[Row] = &[
    Row {
        folder: "stale-key-list",
        input: "bundle.json",
        policy: |at| of_file(&at.join("policy-without-the-timestamp-authority.json")),
        says: &[
            ("sigstore.timestamp", "unknown not-fetched"),
            ("sigstore.time", "blocked by sigstore.timestamp"),
            ("sigstore.library", "blocked by sigstore.timestamp"),
        ],
        because: "sigstore.timestamp",
        state: State::Unknown,
        exit: 3,
    },
    Row {
        folder: "stale-key-list",
        input: "bundle.json",
        policy: |at| of_file(&at.join("policy-without-the-certificate-authority.json")),
        says: &[
            ("sigstore.timestamp", "pass"),
            ("sigstore.certificate.chain", "unknown not-fetched"),
            ("sigstore.library", "blocked by sigstore.certificate.chain"),
        ],
        because: "sigstore.certificate.chain",
        state: State::Unknown,
        exit: 3,
    },
    Row {
        folder: "npm-publish-attestation",
        input: "answer.json",
        policy: |at| {
            let sha512 = std::fs::read_to_string(at.join("artifact.sha512")).unwrap();
            let mut policy = built_in("sigstore");
            policy.sigstore.artifact = Artifact::parse(&format!("sha512:{}", sha512.trim()));
            policy
        },
        says: &[
            ("github.attestations", "pass"),
            ("github.attestations/attestation 1", "unknown no-reference"),
            ("sigstore.subject", "pass"),
        ],
        because: "",
        state: State::Verified,
        exit: 0,
    },
    Row {
        folder: "npm-publish-attestation",
        input: "answer.json",
        policy: |at| {
            let _ = at;
            let mut policy = built_in("sigstore");
            policy.sigstore.artifact = Artifact::parse(&format!("sha256:{}", "0".repeat(64)));
            policy
        },
        says: &[("github.attestations", "fail not-listed")],
        because: "github.attestations",
        state: State::Failed,
        exit: 1,
    },
    Row {
        folder: "sentences",
        input: "github-null-bundle.json",
        policy: |_| built_in("sigstore"),
        says: &[
            ("github.attestations", "unknown not-fetched"),
            ("sigstore.signature", "blocked by github.attestations"),
            ("provenance.commit", "blocked by github.attestations"),
        ],
        because: "github.attestations",
        state: State::Unknown,
        exit: 3,
    },
    // Nobody named the image.
    Row {
        folder: "gcb-older-global-key",
        input: "global.json",
        policy: |_| built_in("cloud-build"),
        says: &[
            ("gcb.signature", "pass"),
            ("gcb.envelope", "warn not-signed"),
            ("gcb.builder", "pass"),
            ("gcb.subject", "unknown not-fetched"),
            ("provenance.commit", "blocked by gcb.subject"),
        ],
        because: "gcb.subject",
        state: State::Unknown,
        exit: 3,
    },
    Row {
        folder: "gcb-older-global-key",
        input: "region.json",
        policy: |_| built_in("cloud-build"),
        says: &[
            ("gcb.signature", "pass"),
            ("gcb.envelope", "warn not-signed"),
            ("gcb.builder", "pass"),
            ("provenance.trigger", "pass"),
            ("provenance.commit", "blocked by gcb.subject"),
        ],
        because: "gcb.subject",
        state: State::Unknown,
        exit: 3,
    },
    Row {
        folder: "bundle-with-root",
        input: "bundle.json",
        policy: |_| built_in("sigstore"),
        says: &[
            ("sigstore.bundle", "warn root-certificate"),
            ("sigstore.signature", "pass"),
            ("sigstore.library", "pass"),
            ("sigstore.subject", "unknown not-fetched"),
            ("provenance.commit", "blocked by sigstore.subject"),
        ],
        because: "sigstore.subject",
        state: State::Unknown,
        exit: 3,
    },
];

fn exit(state: State) -> u8 {
    match state {
        State::Verified | State::Warning => 0,
        State::Failed => 1,
        State::NotPublished | State::Unknown => 3,
    }
}

#[test]
fn each_input_is_answered_as_is_right() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let Some(at) = shared(&format!("vectors/faults/{}", row.folder)) else { return };
        let input = std::fs::read(at.join(row.input)).unwrap();
        let report = examine(&input, &[], Some(&(row.policy)(&at)), now()).unwrap();
        let label = format!("{}/{}", row.folder, row.input);
        let found = findings(&report);
        for (finding, outcome) in row.says {
            if found.get(*finding).map(String::as_str) != Some(outcome) {
                wrong.push(format!("{label}: {finding} is {:?}", found.get(*finding)));
            }
        }
        let because = report.verdict.because.first().map_or("", |first| first.check.id);
        if because != row.because {
            wrong.push(format!("{label}: because of {:?}", report.verdict.because));
        }
        if (report.verdict.state, exit(report.verdict.state)) != (row.state, row.exit) {
            wrong.push(format!("{label}: {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The signer that is missing and the date of the list are named.
#[test]
fn absent_signer_is_named_with_the_date_of_the_key_list() {
    for (policy, check, signer) in [
        (
            "policy-without-the-timestamp-authority.json",
            &sigstore::checks::SIGSTORE_TIMESTAMP,
            "serial",
        ),
        (
            "policy-without-the-certificate-authority.json",
            &sigstore::checks::SIGSTORE_CERTIFICATE_CHAIN,
            "O=",
        ),
    ] {
        let Some(at) = shared("vectors/faults/stale-key-list") else { return };
        let input = std::fs::read(at.join("bundle.json")).unwrap();
        let report = examine(&input, &[], Some(&of_file(&at.join(policy))), now()).unwrap();
        let finding = report.findings(check).next().unwrap();
        let list = finding.expected.as_ref().unwrap().to_string();
        assert!(list.starts_with("key list of 20"), "{list}");
        let actual = finding.actual.as_ref().unwrap().to_string();
        assert!(actual.contains(signer), "{actual}");
        let failed = report.links.iter().flat_map(|link| &link.findings);
        assert_eq!(failed.filter(|finding| finding.outcome == "fail").count(), 0);
    }
}

/// A key that the policy names signed a file: no workflow, no log beyond what is shown, no commit.
#[test]
fn bundle_by_a_named_key_carries_no_build() {
    let Some(policy) = shared("vectors/faults/doctored/policy-key.json") else { return };
    let data = crate_dir("sigstore-verify").unwrap().join("test_data/managed-key");
    let bundle = std::fs::read(data.join("bundle.sigstore.json")).unwrap();
    let artifact = std::fs::read(data.join("artifact.txt")).unwrap();
    let mut policy: Json = serde_json::from_slice(&std::fs::read(policy).unwrap()).unwrap();
    let sha256 = silicon_to_source::digest::Sha256::of(&artifact);
    policy["sigstore"]["artifact"] = json!(format!("sha256:{sha256}"));
    let report = |policy: &Json| {
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        examine(&bundle, &[], Some(&policy), now()).unwrap()
    };
    let open = report(&policy);
    assert_eq!(open.verdict.state, State::Unknown, "the policy names no least level");
    policy["least-level"] = json!("A1");
    let report = report(&policy);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyKey);
    assert_eq!(report.headline.word, Word::PolicyKey);
    assert!(report.verdict.state <= State::Warning, "{:#?}", findings(&report));
    let provenance = report.link(LinkId::Provenance).unwrap();
    assert_eq!(provenance.carried_by, [&sigstore::checks::SIGSTORE_SIGNATURE]);
    assert!(provenance.told_by.contains(&&sigstore::checks::SIGSTORE_KEY));
    assert!(!provenance.told_by.contains(&&sigstore::checks::SIGSTORE_CERTIFICATE_CHAIN));
    let commit = report.link(LinkId::Commit).unwrap();
    assert!(!commit.holds() && commit.carried_by.is_empty() && commit.joined_by.is_none());
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("git.")));
}

/// What is blocked points at a check that is not only blocked itself.
#[test]
fn blocked_checks_point_at_the_end() {
    let blamed = |report: &Report| {
        let own: Vec<_> = report.links.iter().flat_map(|link| &link.findings).collect();
        own.iter()
            .filter_map(|finding| finding.blocked_by)
            .filter(|by| {
                let mut all = own.iter().filter(|finding| finding.check == *by).peekable();
                all.peek().is_some() && all.all(|finding| finding.blocked_by.is_some())
            })
            .map(|by| by.id)
            .collect::<Vec<_>>()
    };
    for row in ROWS {
        let Some(at) = shared(&format!("vectors/faults/{}", row.folder)) else { return };
        let input = std::fs::read(at.join(row.input)).unwrap();
        let report = examine(&input, &[], Some(&(row.policy)(&at)), now()).unwrap();
        assert_eq!(blamed(&report), Vec::<&str>::new(), "{}/{}", row.folder, row.input);
    }
}
