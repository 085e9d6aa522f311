//! Claims about `--format ear` and `--format vsa`: neither says more than the report.

use s2s::export::{Asked, ear, vsa};
use serde_json::Value as Json;
use silicon_to_source::finding::{Level, Property};
use silicon_to_source::report::{Report, RootOfTrust, State};
use silicon_to_source::requirements::LeastLevel;

use crate::wording::rules;

const LEVELS: [Level; 6] = [Level::A0, Level::A1, Level::A2, Level::A3, Level::A4, Level::A5];

/// Reports of every headline under a policy of the real vendors, and the demonstration.
fn reports() -> Vec<Report> {
    let mut reports: Vec<Report> = rules::cases().into_iter().map(|(report, ..)| report).collect();
    reports.push(demonstration());
    reports.extend(real());
    reports
}

/// The report of real evidence whose maker's list of withdrawn keys is not at hand, and with it
/// nothing more.
fn real() -> Option<Report> {
    let path = crate::common::shared("vectors/tinfoil/attestation-bundle.json")?;
    let file = silicon_to_source::File::new("bundle", std::fs::read(path).unwrap());
    let context = silicon_to_source::Context::at("2026-02-01T00:00:00Z".parse().unwrap());
    Some(silicon_to_source::examine(&[file], None, &context).unwrap())
}

#[test]
fn hardware_whose_withdrawn_keys_were_not_checked_is_not_assessed() {
    let Some(report) = real() else { return };
    assert_eq!(report.verdict.state, State::Warning);
    let own = appraisal(&report);
    assert_eq!(own["ear_status"], "none", "{own}");
    assert!(own.get("ear_trustworthiness_vector").is_none(), "{own}");
}

fn demonstration() -> Report {
    let file = silicon_to_source::File::new("demonstration", s2s_sim::demonstration());
    let policy = silicon_to_source::engine::builtin("simulated").unwrap().policy().unwrap();
    let context = silicon_to_source::Context::at("2026-02-01T00:00:00Z".parse().unwrap());
    silicon_to_source::examine(&[file], Some(&policy), &context).unwrap()
}

fn claims(report: &Report) -> Json {
    serde_json::from_str(&ear(report, &Asked::default())).unwrap()
}

fn appraisal(report: &Report) -> Json {
    let set = claims(report);
    let submods = set["submods"].as_object().unwrap();
    assert_eq!(submods.len(), 1);
    submods.values().next().unwrap().clone()
}

/// AR4SI section 2.3.2, written again: a tier by its number, the worse the higher.
fn tier(value: i64) -> i64 {
    match value {
        2..=31 => 2,
        32..=95 => 32,
        96..=127 => 96,
        _ => 0,
    }
}

fn number(status: &str) -> i64 {
    match status {
        "none" => 0,
        "affirming" => 2,
        "warning" => 32,
        "contraindicated" => 96,
        other => panic!("{other} is no status"),
    }
}

#[test]
fn an_ear_has_the_names_of_the_draft() {
    const TOP: [&str; 5] = ["eat_nonce", "eat_profile", "ear_verifier_id", "iat", "submods"];
    const OWN: [&str; 5] = [
        "ear_appraisal_policy_ids",
        "ear_attester_claims",
        "ear_status",
        "ear_trustworthiness_vector",
        "ear_verifier_claims",
    ];
    const VECTOR: [&str; 8] = [
        "configuration",
        "executables",
        "file-system",
        "hardware",
        "instance-identity",
        "runtime-opaque",
        "sourced-data",
        "storage-opaque",
    ];
    for report in reports() {
        let set = claims(&report);
        assert!(set.as_object().unwrap().keys().all(|key| TOP.contains(&key.as_str())), "{set}");
        assert_eq!(set["eat_profile"], "tag:ietf.org,2026:rats/ear#04");
        assert_eq!(set["iat"], report.checked_at.0);
        for member in ["build", "developer"] {
            assert!(set["ear_verifier_id"][member].is_string(), "{set}");
        }
        assert!(set.get("eat_nonce").is_none(), "no nonce was sent");
        let own = appraisal(&report);
        assert!(own.as_object().unwrap().keys().all(|key| OWN.contains(&key.as_str())), "{own}");
        assert!(own["ear_appraisal_policy_ids"][0].as_str().unwrap().starts_with("ni:///sha-256;"));
        let vector = own["ear_trustworthiness_vector"].as_object();
        for (name, value) in vector.into_iter().flatten() {
            assert!(VECTOR.contains(&name.as_str()), "{name}");
            assert_ne!(tier(value.as_i64().unwrap()), 0, "what was not assessed is absent: {own}");
        }
        assert_eq!(own["ear_verifier_claims"]["s2s_signed"], false);
    }
}

#[test]
fn an_ear_affirms_nothing_that_is_open_failed_or_simulated() {
    let mut met = std::collections::BTreeSet::new();
    for report in reports() {
        let own = appraisal(&report);
        let status = own["ear_status"].as_str().unwrap().to_owned();
        let vector = own["ear_trustworthiness_vector"].as_object();
        let values: Vec<i64> =
            vector.into_iter().flatten().map(|(_, value)| value.as_i64().unwrap()).collect();
        let worst = values.iter().map(|value| tier(*value)).max().unwrap_or(0);
        // Whoever computes the status from the vector again finds nothing better.
        assert!(number(&status) >= worst, "{own}");
        let state = report.verdict.state;
        let expected: &[&str] = match state {
            _ if report.simulated => &["none", "contraindicated"],
            State::Failed => &["contraindicated"],
            State::Unknown | State::NotPublished => &["none", "contraindicated"],
            State::Warning => &["none", "warning", "contraindicated"],
            State::Verified => &["none", "affirming", "warning", "contraindicated"],
        };
        assert!(expected.contains(&status.as_str()), "{state:?}: {own}");
        if status == "affirming" {
            assert_eq!(own["ear_trustworthiness_vector"]["hardware"], 2, "{own}");
            assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
            assert!(report.verdict.lacks.is_empty());
        }
        if status == "none" {
            assert!(values.is_empty(), "{own}");
        }
        let mut findings = report.links.iter().flat_map(|link| &link.findings);
        let is_open = findings.any(|finding| {
            finding.check.is(Property::Withdrawal)
                && finding.outcome == "unknown"
                && finding.reason != Some("not-applicable")
        });
        if is_open && state != State::Failed {
            assert!(status != "affirming" && status != "warning", "not assessed: {own}");
        }
        met.insert(status);
    }
    assert!(met.contains("affirming") && met.contains("none"), "{met:?}");
    assert!(met.contains("contraindicated"), "{met:?}");
}

#[test]
fn a_verification_summary_passes_only_for_a_level_that_was_asked_for_and_is_reached() {
    let mut passed = 0;
    for report in reports() {
        let levels = LEVELS.map(LeastLevel::At);
        let asked = [None, Some(LeastLevel::Build)].into_iter().chain(levels.map(Some));
        for require in asked {
            let asked = Asked { require, ..Asked::default() };
            let statement: Json = serde_json::from_str(&vsa(&report, &asked)).unwrap();
            assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
            assert_eq!(statement["predicateType"], "https://slsa.dev/verification_summary/v1");
            let predicate = &statement["predicate"];
            for member in ["resourceUri", "timeVerified"] {
                assert!(predicate[member].is_string(), "{predicate}");
            }
            assert!(predicate["verifier"]["id"].as_str().unwrap().starts_with("https://"));
            assert_eq!(predicate["policy"]["digest"]["sha256"], report.policy.sha256.to_string());
            assert!(predicate["policy"]["uri"].is_string());
            let levels = predicate["verifiedLevels"].as_array().unwrap();
            let claims_track = |level: &Json| {
                let level = level.as_str().unwrap();
                level.starts_with("SLSA_") && level != "SLSA_BUILD_LEVEL_UNEVALUATED"
            };
            assert!(!levels.iter().any(claims_track), "no level of SLSA was assessed: {predicate}");
            let reached = match require {
                None => false,
                Some(LeastLevel::Build) => report.assurance.root_of_trust == RootOfTrust::BuildOnly,
                Some(LeastLevel::At(least)) => report.assurance.level >= Some(least),
            };
            let holds = matches!(report.verdict.state, State::Verified | State::Warning);
            match predicate["verificationResult"].as_str().unwrap() {
                "PASSED" => {
                    passed += 1;
                    assert!(reached && holds && !report.simulated, "{predicate}");
                }
                "FAILED" => {
                    assert!(!(reached && holds) || report.simulated, "{predicate}");
                    assert_eq!(levels, &["FAILED"]);
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(passed > 0);
}
