//! Real quotes from bytes to a report. Expected values come from the vectors' README, or were
//! read from the files with `jq` and Python's `struct`.

use std::fs;

use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{builtin, checks};
use silicon_to_source::formats::{eventlog, intel};
use silicon_to_source::report::{DebugFlag, Level, Report, State};

use crate::common::{examine, shared};

const IN_2025: &str = "2025-07-01T00:00:00Z";
const IN_2026: &str = "2026-07-10T00:00:00Z";

fn read(name: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/{name}")).map(|path| fs::read(path).unwrap())
}

fn examined(input: &[u8], files: &[Vec<u8>], policy: Option<&str>, at: &str) -> Report {
    let policy: Option<Policy> = policy.map(|name| builtin(name).unwrap().policy().unwrap());
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    examine(input, &files, policy.as_ref(), at.parse().unwrap()).unwrap()
}

fn with_collateral(name: &str, policy: Option<&str>, at: &str) -> Option<Report> {
    let quote = read(&format!("{name}.quote"))?;
    let collateral = read(&format!("{name}.collateral.json"))?;
    Some(examined(&quote, &[collateral], policy, at))
}

fn claim(report: &Report, name: &str) -> String {
    let claim = report.claims.iter().find(|claim| claim.name == name);
    claim.unwrap_or_else(|| panic!("no claim {name}")).value.to_string()
}

/// What decided the verdict.
fn because(report: &Report) -> Vec<String> {
    report.verdict.because.iter().map(|finding| finding.check.to_string()).collect()
}

/// Outcome and reason of the one finding of a check.
fn outcome(report: &Report, id: &str) -> String {
    let check = checks::find(id).unwrap_or_else(|| panic!("{id} is not a check"));
    let found: Vec<_> = report.findings(check).collect();
    let [finding] = found.as_slice() else { panic!("{} findings of {id}", found.len()) };
    [Some(finding.outcome), finding.reason].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[test]
fn tdx_v4_is_up_to_date_and_only_its_software_is_unknown() {
    let Some(report) = with_collateral("intel/tdx-v4-up-to-date", None, IN_2025) else { return };
    assert_eq!((report.subject.kind, report.policy.name.as_str()), ("tdx-quote", "tdx"));
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(outcome(&report, "tdx.software"), "unknown no-reference");
    assert_eq!(claim(&report, "dcap.tcb-status"), "UpToDate");
    assert_eq!(claim(&report, "dcap.fmspc"), "b0c06f000000");
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert_eq!(report.flags.debug, DebugFlag::Off);
    assert!(report.wanted.is_empty(), "{:?}", report.wanted);
}

#[test]
fn sgx_v3_needs_configuration_and_hardening_with_two_advisories() {
    let name = "intel/sgx-v3-config-and-sw-hardening";
    let Some(report) = with_collateral(name, None, IN_2025) else { return };
    assert_eq!((report.subject.kind, report.policy.name.as_str()), ("sgx-quote", "sgx"));
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(claim(&report, "dcap.tcb-status"), "ConfigurationAndSWHardeningNeeded");
    assert_eq!(claim(&report, "dcap.advisories"), "INTEL-SA-00289, INTEL-SA-00615");
    assert_eq!(outcome(&report, "dcap.policy.tcb-status"), "warn configuration");
}

#[test]
fn tdx_v5_without_a_level_fails_and_names_component_7() {
    let name = "intel/tdx-v5-no-matching-tcb-level";
    let Some(report) = with_collateral(name, None, "2026-03-01T00:00:00Z") else { return };
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(because(&report), ["dcap.tcb.level"]);
    let finding = report.findings(&intel::checks::DCAP_TCB_LEVEL).next().unwrap();
    let actual = finding.actual.as_ref().unwrap().to_string();
    let expected = finding.expected.as_ref().unwrap().to_string();
    assert!(actual.contains("component 7") && actual.ends_with(" 3"), "{actual}");
    assert!(expected.contains("component 7") && expected.ends_with(" 5"), "{expected}");
    assert_eq!(outcome(&report, "dcap.policy.tcb-status"), "unknown blocked");
}

#[test]
fn debug_guest_and_debug_enclave_are_authentic_and_refused() {
    for (name, check) in [
        ("intel/tdx-v4-debug-td.quote", "tdx.attributes.debug"),
        ("intel/sgx-v3-debug-enclave.quote", "sgx.attributes.debug"),
    ] {
        let Some(quote) = read(name) else { return };
        let report = examined(&quote, &[], None, IN_2025);
        assert_eq!(report.verdict.state, State::Failed, "{name}");
        assert_eq!(because(&report), [check], "{name}");
        assert_eq!(outcome(&report, "dcap.quote.signature"), "pass", "{name}");
        assert_eq!(outcome(&report, check), "fail set", "{name}");
        assert_eq!(report.flags.debug, DebugFlag::On, "{name}");
        assert_eq!(report.assurance.level, None, "{name}");
    }
}

#[test]
fn quote_without_collateral_is_unknown_and_says_what_to_fetch() {
    let Some(quote) = read("gcp/tdx-2026-06-30.quote") else { return };
    let report = examined(&quote, &[], None, IN_2026);
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(outcome(&report, "dcap.quote.signature"), "pass");
    for check in ["dcap.root-crl.revocation", "dcap.pck-crl.revocation", "dcap.tcb-info.signature"]
    {
        assert_eq!(outcome(&report, check), "unknown not-fetched");
    }
    let urls: Vec<&str> = report.wanted.iter().map(|wanted| wanted.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://api.trustedservices.intel.com/tdx/certification/v4/tcb?fmspc=00806F050000",
            "https://api.trustedservices.intel.com/tdx/certification/v4/qe/identity",
            "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der",
            "https://api.trustedservices.intel.com/sgx/certification/v4/pckcrl?ca=platform&encoding=der",
        ]
    );
}

#[test]
fn expired_collateral_fails_and_is_not_called_missing() {
    let Some(report) = with_collateral("gcp/tdx-2026-06-30", None, "2026-09-01T00:00:00Z") else {
        return;
    };
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(outcome(&report, "dcap.tcb-info.freshness"), "fail stale");
    assert_eq!(outcome(&report, "dcap.tcb-info.signature"), "pass");
}

#[test]
fn profile_of_one_platform_refuses_the_guests_of_another() {
    let name = "gcp/tdx-2026-06-30";
    let Some(google) = with_collateral(name, Some("tdx-gcp"), IN_2026) else { return };
    assert_eq!((google.verdict.state, because(&google)), (State::Verified, vec![]));
    let dstack = with_collateral(name, Some("tdx-dstack"), IN_2026).unwrap();
    assert_eq!((dstack.verdict.state, because(&dstack)), (State::Failed, vec!["tdx.xfam".into()]));
}

#[test]
fn hex_and_base64_of_a_quote_say_the_same_as_its_bytes() {
    use base64::Engine as _;
    let Some(quote) = read("gcp/tdx-2026-06-30.quote") else { return };
    let said = |input: &[u8]| {
        let report = examined(input, &[], None, IN_2026);
        serde_json::to_string(&(&report.links, &report.claims)).unwrap()
    };
    let bytes = said(&quote);
    assert_eq!(said(hex::encode(&quote).as_bytes()), bytes);
    let base64 = base64::engine::general_purpose::STANDARD.encode(&quote);
    assert_eq!(said(base64.as_bytes()), bytes);
}

#[test]
fn firmware_log_of_google_replays_and_a_flipped_byte_is_found() {
    let (Some(quote), Some(log)) = (read("gcp/cos-113-tdx.quote"), read("gcp/cos-113-tdx.ccel"))
    else {
        return;
    };
    let report = examined(&quote, std::slice::from_ref(&log), None, IN_2026);
    let replayed: Vec<_> = report.findings(&eventlog::checks::EVENTLOG_REPLAY).collect();
    assert_eq!(replayed.len(), 3, "RTMR0 to RTMR2");
    assert!(replayed.iter().all(|finding| finding.outcome == "pass"), "{replayed:?}");
    assert!(claim(&report, "boot.command-line").starts_with("/syslinux/vmlinuz.A "));
    let events: Vec<_> =
        report.evidence.iter().find(|item| item.id == "event-log").unwrap().fields.clone();
    // The last byte of each event's data: where the digest is of the data, the answer names that
    // event and no other.
    let mut named = 0;
    for (number, event) in events.iter().enumerate() {
        let mut spoiled = log.clone();
        spoiled[event.span.end() - 1] ^= 1;
        let files: [&[u8]; 1] = [&spoiled];
        let report = examine(&quote, &files, None, IN_2026.parse().unwrap()).unwrap();
        let digests = report.findings(&eventlog::checks::EVENTLOG_DIGESTS).next().unwrap();
        let Some(part) = &digests.part else { continue };
        assert_eq!((digests.outcome, digests.reason), ("fail", Some("not-equal")), "{part}");
        assert_eq!(*part, format!("event-{number}"), "the first that no longer fits");
        let at = digests.at.as_ref().unwrap();
        assert_eq!((&*at.evidence, at.span), ("event-log", event.span));
        assert_eq!(report.verdict.state, State::Failed);
        named += 1;
    }
    assert!(named > 20, "{named} of {} events have digests of their own data", events.len());
}

#[test]
fn dstack_reports_are_recognised_and_their_logs_replay() {
    for name in ["dstack/quote-report.json", "dstack/tdx-lite-getquote.json"] {
        let Some(input) = read(name) else { return };
        let report = examined(&input, &[], None, IN_2026);
        assert_eq!(report.subject.kind, "dstack-quote-report", "{name}");
        assert_eq!(report.policy.name, "tdx-dstack", "{name}");
        let replayed: Vec<_> = report.findings(&eventlog::checks::EVENTLOG_REPLAY).collect();
        assert!(!replayed.is_empty(), "{name}");
        assert!(replayed.iter().all(|finding| finding.outcome == "pass"), "{name}: {replayed:?}");
        assert_eq!(outcome(&report, "dcap.report-data"), "unknown no-reference", "{name}");
        let text = String::from_utf8(input).unwrap();
        let stated: serde_json::Value = serde_json::from_str(&text).unwrap();
        let stated = stated["report_data"].as_str().unwrap();
        assert_eq!(claim(&report, "dcap.report-data"), stated, "{name}");
        let other = text.replace(&format!("\"{stated}\""), &format!("\"{}\"", "0".repeat(128)));
        let report = examined(other.as_bytes(), &[], None, IN_2026);
        assert_eq!(outcome(&report, "dcap.report-data"), "fail disagree", "{name}");
    }
}

/// Whose the quoting enclave is cannot be left out: without Intel's word on it anybody's enclave
/// could have made the quote.
#[test]
fn policy_that_asks_for_a_signature_only_still_needs_the_identity_of_the_quoting_enclave() {
    let Some(quote) = read("intel/tdx-v4-up-to-date.quote") else { return };
    let least = br#"{"name":"least","required":["dcap.quote.signature"]}"#;
    let least = Policy::from_json(least).unwrap();
    let report = examine(&quote, &[], Some(&least), IN_2025.parse().unwrap()).unwrap();
    assert_eq!(report.verdict.state, State::Unknown);
    assert!(because(&report).contains(&"dcap.qe.signer".to_owned()), "{:?}", because(&report));
}
