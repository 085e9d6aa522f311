//! Real tokens of Google Confidential Space.

use std::fs;

use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::token;
use silicon_to_source::report::{DebugFlag, Level, Overrides, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::shared;

/// The minute in which both tokens were made.
const THEN: &str = "2024-11-03T23:55:00Z";

fn at(text: &str) -> UnixTime {
    text.parse().unwrap()
}

fn examine(file: &str, policy: Option<&Policy>, now: &str) -> Option<Report> {
    let bytes = fs::read(shared(&format!("vectors/gcp/{file}"))?).unwrap();
    Some(crate::common::examine(&bytes, &[], policy, at(now)).unwrap())
}

fn outcome(report: &Report, check: &'static silicon_to_source::finding::Check) -> Vec<String> {
    report
        .findings(check)
        .map(|finding| format!("{} {}", finding.outcome, finding.reason.unwrap_or_default()))
        .collect()
}

#[test]
fn pki_token_holds_to_googles_root_and_a_debug_image_on_plain_sev_is_refused() {
    let Some(report) = examine("confidential-space-pki-token.jwt", None, THEN) else { return };
    for check in [
        &token::checks::TOKEN_ALGORITHM,
        &token::checks::TOKEN_ROOT,
        &token::checks::TOKEN_CHAIN_ROLE,
        &token::checks::TOKEN_CHAIN_SIGNATURE,
        &token::checks::TOKEN_CHAIN_VALIDITY,
        &token::checks::TOKEN_SIGNATURE,
        &token::checks::TOKEN_ISSUER,
        &token::checks::TOKEN_TIME,
    ] {
        let outcomes = outcome(&report, check);
        assert!(
            !outcomes.is_empty() && outcomes.iter().all(|o| o == "pass "),
            "{check} {outcomes:?}"
        );
    }
    assert_eq!(outcome(&report, &token::checks::TOKEN_HARDWARE), ["fail not-accepted"]);
    assert_eq!(outcome(&report, &token::checks::TOKEN_DEBUG), ["fail not-accepted"]);
    assert_eq!(outcome(&report, &token::checks::TOKEN_SUPPORT), ["fail missing"]);
    assert_eq!(outcome(&report, &token::checks::TOKEN_OVERRIDES), ["warn present"]);
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(report.assurance.level, None);
    assert_eq!(report.flags.debug, DebugFlag::On);
    assert_eq!(report.flags.overrides, Overrides::Present);
    let digest = report.claims.iter().find(|claim| claim.name == "token.image-digest").unwrap();
    assert_eq!(
        digest.value.to_string(),
        "sha256:af738fddd31ebe48ed4d8ec936f242127850d6b01aa68a1fc9bdeb9c063feb7c"
    );
}

#[test]
fn a_policy_that_accepts_its_hardware_and_debugging_still_gives_googles_word_only() {
    let policy = br#"{"name":"t","required":["token.hardware","token.software","token.debug"],
        "least-level":"A1","token":{"hardware":["GCP_AMD_SEV"],"debug":["enabled"],"support":null}}"#;
    let policy = Policy::from_json(policy).unwrap();
    let report = examine("confidential-space-pki-token.jwt", Some(&policy), THEN);
    let Some(report) = report else { return };
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(outcome(&report, &token::checks::TOKEN_VERIFIER), ["warn issuer-is-the-verifier"]);
    assert_eq!(outcome(&report, &token::checks::TOKEN_HARDWARE), ["warn provider-only"]);
}

#[test]
fn pki_token_counts_for_its_hour_only() {
    for (now, reason) in
        [("2024-11-03T23:51:52Z", "fail not-yet-valid"), ("2024-11-04T00:53:33Z", "fail expired")]
    {
        let report = examine("confidential-space-pki-token.jwt", None, now);
        let Some(report) = report else { return };
        assert!(outcome(&report, &token::checks::TOKEN_TIME).contains(&reason.to_owned()), "{now}");
    }
    let Some(last) = examine("confidential-space-pki-token.jwt", None, "2024-11-04T00:53:32Z")
    else {
        return;
    };
    assert!(outcome(&last, &token::checks::TOKEN_TIME).iter().all(|outcome| outcome == "pass "));
}

#[test]
fn oidc_token_without_its_keys_is_unknown_and_nobody_states_its_claims() {
    let Some(report) = examine("confidential-space-oidc-token.jwt", None, THEN) else { return };
    assert_eq!(outcome(&report, &token::checks::TOKEN_SIGNATURE), ["unknown not-fetched"]);
    assert_eq!(outcome(&report, &token::checks::TOKEN_KEY), ["unknown not-fetched"]);
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.level, None);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
    assert_eq!(report.flags.debug, DebugFlag::Unknown);
    assert!(report.wanted.iter().any(|wanted| wanted.what == "token-keys"));
    assert!(report.claims.is_empty() && report.subject.name.is_none());
}

#[test]
fn real_token_fails_under_simulated_roots_and_google_vm_policy_wants_a_plain_machine() {
    let simulated =
        Policy::from_json(br#"{"name":"t","roots":"simulated","required":["token.hardware"]}"#)
            .unwrap();
    let report = examine("confidential-space-pki-token.jwt", Some(&simulated), THEN);
    let Some(report) = report else { return };
    assert!(
        outcome(&report, &token::checks::TOKEN_ROOT).contains(&"fail wrong-root".to_owned())
            || outcome(&report, &token::checks::TOKEN_CHAIN_ROLE)
                .contains(&"fail wrong-length".to_owned())
    );
    assert_eq!(report.verdict.state, State::Failed);
    let plain = builtin("google-vm").unwrap().policy().unwrap();
    let report = examine("confidential-space-pki-token.jwt", Some(&plain), THEN).unwrap();
    assert_eq!(outcome(&report, &token::checks::TOKEN_SOFTWARE), ["fail not-accepted"]);
}
