//! Real provenance by Google Cloud Build.

use std::fs;

use serde_json::Value as Json;
use silicon_to_source::builds::cloud_build;
use silicon_to_source::finding::Value;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::{examine, shared};

const COMMIT: &str = "2ce3f90facdb51aeb950d5bc641e981be61fdf48";

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn vector(name: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/gcb/v1.0-container-github{name}.json"))
        .map(|path| fs::read(path).unwrap())
}

fn report(bytes: &[u8]) -> Report {
    examine(bytes, &[], None, now()).unwrap()
}

#[test]
fn good_document_names_repository_and_commit() {
    let Some(bytes) = vector("") else { return };
    let report = report(&bytes);
    assert_eq!(report.verdict.state, State::Unknown, "no image was named");
    let claim = |name| report.claims.iter().find(|claim| claim.name == name).unwrap().value.clone();
    assert_eq!(claim("git.commit"), Value::Hex(COMMIT.into()));
    assert_eq!(claim("git.repository"), Value::text("https://github.com/khalkie/gcb-prod-prov"));
    assert_eq!(claim("git.ref"), Value::text("refs/heads/main"));
}

#[test]
fn statement_of_each_envelope_is_signed_and_agrees_with_the_other() {
    let Some(bytes) = vector("") else { return };
    let report = report(&bytes);
    let outcome = |check, part: &str| {
        let found = report.findings(check).find(|finding| finding.part.as_deref() == Some(part));
        found.unwrap_or_else(|| panic!("{part}")).outcome
    };
    for part in ["envelope 1", "envelope 2"] {
        assert_eq!(outcome(&cloud_build::checks::GCB_SIGNATURE, part), "pass");
    }
    for part in ["summary", "text 1", "text 2"] {
        assert_eq!(outcome(&cloud_build::checks::GCB_UNSIGNED, part), "pass");
    }
    for part in ["commit-sha", "revision-id", "repository", "branch", "other-statement.commit"] {
        assert_eq!(outcome(&cloud_build::checks::GCB_AGREES, part), "pass");
    }
    let regional: Vec<&str> =
        report.findings(&cloud_build::checks::GCB_REGIONAL_KEY).filter_map(|f| f.reason).collect();
    assert_eq!(regional, ["not-supported"], "the old key of us-west2 is named");
}

#[test]
fn spoiled_documents_fail_and_state_nothing() {
    for name in ["-both-invalid-sig", "-tag"] {
        let Some(bytes) = vector(name) else { return };
        let report = report(&bytes);
        assert_eq!(report.verdict.state, State::Failed, "{name}");
        assert!(report.claims.is_empty(), "{name}");
        let failed: Vec<_> = report
            .findings(&cloud_build::checks::GCB_SIGNATURE)
            .filter(|finding| finding.reason == Some("bad-signature"))
            .filter_map(|finding| finding.part.as_deref())
            .collect();
        let expected: &[&str] =
            if name == "-tag" { &["envelope 1"] } else { &["envelope 1", "envelope 2"] };
        assert_eq!(failed, expected, "{name}");
    }
}

/// The vector without signatures breaks off before its last brace; with it, it is read and fails.
#[test]
fn unsigned_document_fails() {
    let Some(mut bytes) = vector("-nosigs") else { return };
    assert_eq!(examine(&bytes, &[], None, now()).unwrap_err().code(), "malformed");
    bytes.push(b'}');
    let report = report(&bytes);
    assert_eq!(report.verdict.state, State::Failed);
    for finding in report.findings(&cloud_build::checks::GCB_SIGNATURE) {
        assert_eq!(finding.reason, Some("unsigned"));
    }
    assert!(report.claims.is_empty());
}

#[test]
fn every_changed_character_of_a_real_payload_fails() {
    let Some(bytes) = vector("") else { return };
    let document: Json = serde_json::from_slice(&bytes).unwrap();
    let envelope = document["provenance_summary"]["provenance"][0]["envelope"].to_string();
    let start = envelope.find("\"payload\":\"").unwrap() + 11;
    let end = start + envelope[start..].find('"').unwrap();
    for at in (start..end - 1).step_by(7) {
        let mut spoiled = envelope.clone().into_bytes();
        spoiled[at] = if spoiled[at] == b'A' { b'B' } else { b'A' };
        let report = report(&spoiled);
        assert_eq!(report.verdict.state, State::Failed, "byte {at}");
    }
}

/// Both are accepted by slsa-verifier, for the image that they name.
#[test]
fn builds_of_2022_hold_by_the_older_keys() {
    let Some(folder) = shared("vectors/faults/gcb-older-global-key") else { return };
    let policy = |image: &str| {
        let mut json: Json =
            serde_json::from_str(silicon_to_source::engine::builtin("cloud-build").unwrap().json)
                .unwrap();
        json["sigstore"] = serde_json::json!({ "artifact": format!("sha256:{image}") });
        silicon_to_source::engine::policy::Policy::from_json(json.to_string().as_bytes()).unwrap()
    };
    let claim = |report: &Report, name: &str| {
        report.claims.iter().find(|claim| claim.name == name).map(|claim| claim.value.clone())
    };
    let repository = Some(Value::text("https://github.com/laurentsimon/gcb-tests"));
    for (name, image, commit, reference, state) in [
        (
            "region.json",
            "f472ca4b68898c951ac3b476cba919d0d56fca4ced631fabcead51e4b2b690e7",
            "01ce393d04eb6df2a7b2b3e95d4126e687afb7ae",
            Some(Value::text("refs/tags/v39")),
            State::Warning,
        ),
        // It says nothing about what started the build.
        (
            "global.json",
            "1a033b002f89ed2b8ea733162497fb70f1a4049a7f8602d6a33682b4ad9921fd",
            "fbbb98765e85ad464302dc5977968104d36e455e",
            None,
            State::NotPublished,
        ),
    ] {
        let bytes = fs::read(folder.join(name)).unwrap();
        let report = examine(&bytes, &[], Some(&policy(image)), now()).unwrap();
        assert_eq!(claim(&report, "git.commit"), Some(Value::Hex(commit.into())), "{name}");
        assert_eq!(claim(&report, "git.repository"), repository, "{name}");
        assert_eq!(claim(&report, "git.ref"), reference, "{name}");
        assert_eq!(report.verdict.state, state, "{name}");
    }
}
