//! EigenCompute's bound evidence: for each check, the input that makes exactly it fail, under
//! simulated roots; and changed bytes of real ones.
#![cfg(feature = "sim")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::checks;
use silicon_to_source::policy::{Policy, builtin};
use silicon_to_source::report::{Freshness, Level, Overrides, Report, State};
use silicon_to_source::sim::google::{LAUNCH, VtpmSpec, boot_events, field, number};
use silicon_to_source::time::UnixTime;

use common::shared;
use common::table::{Expected, findings};

const CHALLENGE: &[u8] = b"SIMULATED challenge";
const HARDENED: &str = "confidential-space.hardened=true";

/// 2025-06-01.
const NOW: UnixTime = UnixTime(1_748_736_000);

/// qualifyingData as the platform's source has it (internal/nonce).
fn nonce(tag: &str, extra: &[u8]) -> Vec<u8> {
    let challenge = Sha256::of(CHALLENGE);
    let mut all = [b"WORKLOAD_ATTESTATION", tag.as_bytes(), challenge.as_bytes()].concat();
    if !extra.is_empty() {
        all.extend(Sha256::of(extra).as_bytes());
    }
    Sha256::of(&all).0.to_vec()
}

fn spec(tag: &str, command_line: &str, launch: &[(u8, &[u8])]) -> VtpmSpec {
    VtpmSpec::of(&nonce(tag, b""), &boot_events(true, command_line), launch)
}

fn sound() -> VtpmSpec {
    spec("GCP_SHIELDED_VM", HARDENED, LAUNCH)
}

fn policy() -> Policy {
    let json = builtin("eigencompute-shielded").unwrap().json;
    let mut json: Value = serde_json::from_str(json).unwrap();
    json["roots"] = json!("simulated");
    let digest = std::str::from_utf8(LAUNCH[1].1).unwrap();
    json["eigencompute"] = json!({ "image-digests": [digest] });
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn object(bytes: &[u8], extra: &[u8]) -> Vec<u8> {
    json!({
        "attestation": STANDARD.encode(bytes),
        "challenge": hex::encode(CHALLENGE),
        "extra_data": hex::encode(extra),
    })
    .to_string()
    .into_bytes()
}

fn examined(spec: &VtpmSpec, extra: &[u8]) -> Report {
    silicon_to_source::examine(&object(&spec.bytes(), extra), &[], Some(&policy()), NOW).unwrap()
}

/// With one of the two logs only: both have findings of the same names.
fn with_one_log(spec: &VtpmSpec, launch: bool, extra: &[u8]) -> Report {
    let mut spec = spec.clone();
    if launch {
        spec.event_log.clear();
    } else {
        spec.canonical_log.clear();
    }
    examined(&spec, extra)
}

#[test]
fn a_sound_machine_without_a_report_holds_as_the_providers_word() {
    let report = examined(&sound(), b"");
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict);
    assert_eq!(report.assurance.level, Some(Level::A2));
    assert_eq!(report.flags.overrides, Overrides::None);
}

#[test]
fn extra_data_is_bound_along() {
    let mut spec = sound();
    for quote in &mut spec.quotes {
        quote.extra_data = nonce("GCP_SHIELDED_VM", b"extra");
    }
    let report = with_one_log(&spec, false, b"extra");
    assert_eq!(findings(&report)["eigencompute.challenge"], "pass");
    assert!(report.claims.iter().any(|claim| claim.name == "eigencompute.extra-data"));
    let without = with_one_log(&spec, false, b"");
    assert_eq!(findings(&without)["eigencompute.challenge"], "fail not-equal");
}

/// The policy with a challenge of the reader's own.
fn asking(challenge: &[u8]) -> Policy {
    let json = builtin("eigencompute-shielded").unwrap().json;
    let mut json: Value = serde_json::from_str(json).unwrap();
    json["roots"] = json!("simulated");
    json["eigencompute"] = json!({ "challenge": hex::encode(challenge) });
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

#[test]
fn a_challenge_that_came_along_shows_no_freshness_and_the_readers_own_does() {
    let bytes = sound().bytes();
    let given = silicon_to_source::examine(&object(&bytes, b""), &[], Some(&policy()), NOW);
    assert_eq!(given.unwrap().flags.freshness, Freshness::Given);
    let own = asking(CHALLENGE);
    let report = silicon_to_source::examine(&object(&bytes, b""), &[], Some(&own), NOW).unwrap();
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    let outcome = |report: &Report| {
        report.findings(&checks::EIGEN_CHALLENGE).map(|f| (f.outcome, f.reason)).collect::<Vec<_>>()
    };
    assert_eq!(outcome(&report), [("pass", None)]);
    let other = asking(b"another challenge");
    let report = silicon_to_source::examine(&object(&bytes, b""), &[], Some(&other), NOW).unwrap();
    assert_eq!(outcome(&report), [("fail", Some("not-yours"))]);
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(report.flags.freshness, Freshness::None);
}

#[test]
fn each_spoiled_thing_fails_exactly_its_check() {
    type Launch<'a> = Vec<(u8, &'a [u8])>;
    let other_image: Launch<'_> = [&LAUNCH[..1], &[(1, &b"sha256:bb"[..])], &LAUNCH[2..]].concat();
    let no_image = [LAUNCH[0], LAUNCH[2], LAUNCH[4]];
    let overridden: Launch<'_> = [&LAUNCH[..4], &[(7, &b"A=B"[..])], &LAUNCH[4..]].concat();
    let shielded = |line, launch: &[(u8, &[u8])]| spec("GCP_SHIELDED_VM", line, launch);
    let challenge = "eigencompute.challenge";
    let hardened = "eigencompute.hardened";
    let container = "eigencompute.container";
    let taken_out = spec("INTEL_TDX", HARDENED, LAUNCH);
    let to_nobody = spec("SIMULATED", HARDENED, LAUNCH);
    let debug = shielded("confidential-space.hardened=false", LAUNCH);
    let hidden = shielded("xconfidential-space.hardened=true", LAUNCH);
    let mut wrong = Vec::new();
    for (what, finding, becomes, launch, spec) in [
        ("a report was taken out", challenge, "fail another-platform", false, taken_out),
        ("an answer to nobody", challenge, "fail not-equal", false, to_nobody),
        ("the debug image", hardened, "fail debug-image", false, debug),
        ("the mark inside a word", hardened, "fail debug-image", false, hidden),
        (
            "another container",
            container,
            "fail not-accepted",
            true,
            shielded(HARDENED, &other_image),
        ),
        ("no container", container, "fail missing", true, shielded(HARDENED, &no_image)),
        (
            "a changed environment",
            "eigencompute.overrides",
            "warn overridden",
            true,
            shielded(HARDENED, &overridden),
        ),
    ] {
        let healthy = findings(&with_one_log(&sound(), launch, b""));
        let expected = Expected { finding, becomes, also: &[] };
        let spoiled = findings(&with_one_log(&spec, launch, b""));
        wrong.extend(expected.differences(&healthy, &spoiled, what));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_workload_measures_later_is_not_the_launchers() {
    let later = [LAUNCH, &[(1, &b"sha256:bb"[..])]].concat();
    let report = with_one_log(&spec("GCP_SHIELDED_VM", HARDENED, &later), true, b"");
    assert_eq!(findings(&report)["eigencompute.container"], "pass");
}

#[test]
fn a_report_of_a_processor_in_the_wrong_form_is_an_error() {
    let refused = |bytes: &[u8]| {
        silicon_to_source::examine(&object(bytes, b""), &[], Some(&policy()), NOW).is_err()
    };
    for tee in [
        (9, field(1, &number(1, 4))),
        (9, [field(1, &[]), field(6, b"x")].concat()),
        (8, field(1, &number(1, 5))),
        (8, field(9, b"x")),
    ] {
        let mut spec = sound();
        spec.tee = Some(tee);
        assert!(refused(&spec.bytes()));
    }
    let both = [sound().bytes(), field(8, b""), field(9, b"")].concat();
    assert!(refused(&both), "reports of two processors");
}

#[test]
fn changed_and_missing_bytes_of_real_evidence_are_noticed() {
    let Some(path) = shared("vectors/eigencompute/bound-evidence.json") else { return };
    let objects: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let now: UnixTime = "2026-03-01T00:00:00Z".parse().unwrap();
    for object in objects.iter().filter(|object| object["hardened"] == true) {
        let bytes = STANDARD.decode(object["attestation"].as_str().unwrap()).unwrap();
        let examined = |bytes: &[u8]| {
            let mut changed = object.clone();
            changed["attestation"] = json!(STANDARD.encode(bytes));
            let input = changed.to_string();
            let report = silicon_to_source::examine(input.as_bytes(), &[], None, now).ok()?;
            Some(serde_json::to_string(&report.links).unwrap())
        };
        let healthy = examined(&bytes).unwrap();
        // The quotes come first, the processor's report last. What is between, certificates that
        // nothing uses and the log's own words, is not all signed.
        let report = if object["platform"] == "gcp_shielded_vm" { 0 } else { 5600 };
        let places = (0..3500).chain(bytes.len().saturating_sub(report)..bytes.len());
        for at in places.step_by(151) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let is_noticed = examined(&changed).is_none_or(|answer| answer != healthy);
            assert!(is_noticed, "{}: byte {at}", object["name"]);
            assert!(examined(&bytes[..at]).is_none_or(|cut| cut != healthy), "cut at {at}");
        }
    }
}
