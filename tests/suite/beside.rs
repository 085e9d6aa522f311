//! What lies beside a machine's evidence: files about something else decide nothing, parts in
//! several files are put together, of several the fitting one is chosen, and what cannot be read is
//! told as that.

use std::fs;

use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::formats::{eventlog, intel, launch, token, tpm};
use silicon_to_source::report::{Became, Level, Report, RootOfTrust, State, Word};
use silicon_to_source::time::UnixTime;

use crate::common::{examine, shared};

fn at(time: &str) -> UnixTime {
    time.parse().unwrap()
}

fn read(path: &str) -> Option<Vec<u8>> {
    Some(fs::read(shared(&format!("vectors/{path}"))?).unwrap())
}

/// The evidence with files beside it, under the built-in policy.
fn report(evidence: &str, beside: &[&str], time: &str) -> Option<Report> {
    let evidence = read(evidence)?;
    let beside = beside.iter().map(|path| read(path)).collect::<Option<Vec<_>>>()?;
    let files: Vec<&[u8]> = beside.iter().map(Vec::as_slice).collect();
    Some(examine(&evidence, &files, None, at(time)).unwrap())
}

fn outcomes(report: &Report, check: &'static Check) -> Vec<String> {
    let word = |finding: &silicon_to_source::report::LinkFinding| {
        let reason = finding.reason.unwrap_or_default();
        let part = finding.part.as_deref().unwrap_or_default();
        format!("{part} {} {reason}", finding.outcome).trim().to_owned()
    };
    report.findings(check).map(word).collect()
}

fn became(report: &Report) -> Vec<(&str, Became)> {
    report.files.iter().skip(1).map(|file| (file.what, file.became)).collect()
}

/// The report without what it says of the files beside the evidence.
fn said(report: &Report) -> String {
    let mut report = report.clone();
    report.files.clear();
    report.to_json()
}

/// A row: the evidence, the files that belong to it, a file that does not, and the moment.
const STRANGERS: [(&str, &[&str], &str, &str); 6] = [
    (
        "amd/milan.report",
        &["amd/milan.vcek.pem", "amd/milan.ask.pem"],
        "faults/foreign-crl-beside-amd/intel-pck.crl",
        "2026-03-01T00:00:00Z",
    ),
    (
        "amd/milan.report",
        &["amd/milan.vcek.pem", "amd/milan.ask.pem"],
        "amd/turin.ask.pem",
        "2026-03-01T00:00:00Z",
    ),
    (
        "amd/milan.report",
        &["amd/milan.vcek.pem", "amd/milan.ask.pem"],
        "amd/turin.vcek.pem",
        "2026-03-01T00:00:00Z",
    ),
    (
        "intel/tdx-v4-up-to-date.quote",
        &["intel/tdx-v4-up-to-date.collateral.json"],
        "gcp/tdx-2026-06-30.collateral.json",
        "2025-07-01T00:00:00Z",
    ),
    (
        "intel/tdx-v4-up-to-date.quote",
        &["intel/tdx-v4-up-to-date.collateral.json"],
        "amd/milan.ask.pem",
        "2025-07-01T00:00:00Z",
    ),
    (
        "intel/sgx-v3-config-and-sw-hardening.quote",
        &["intel/sgx-v3-config-and-sw-hardening.collateral.json"],
        "gcp/eventlog-cos-101-amd-sev.bin",
        "2025-07-01T00:00:00Z",
    ),
];

#[test]
fn a_file_about_something_else_changes_nothing_and_is_told_as_not_used() {
    for (evidence, own, stranger, time) in STRANGERS {
        let Some(alone) = report(evidence, own, time) else { return };
        for place in [0, own.len()] {
            let mut files = own.to_vec();
            files.insert(place, stranger);
            let beside = report(evidence, &files, time).unwrap();
            assert_eq!(said(&beside), said(&alone), "{stranger} beside {evidence}");
            let told = became(&beside)[place].1;
            // Parts of another platform's collateral, such as the root's list, may be the same.
            let shares = stranger.ends_with("collateral.json") && told == Became::Used;
            assert!(told == Became::NotAboutThis || shares, "{stranger}: {told:?}");
        }
    }
}

#[test]
fn intels_signer_and_root_may_lie_in_two_files_or_the_root_in_none() {
    let folder = |name: &str| format!("faults/intel-split-chain/{name}");
    let (tcb, qe, root, signer) =
        (folder("tcb.json"), folder("qe.json"), folder("root.der"), folder("signer-only.pem"));
    let (pck, root_only) = (folder("pck.der"), folder("root-only.pem"));
    let all = [&*tcb, &*qe, &*root, &*pck, &*signer, &*root_only];
    for files in [&all[..], &all[..5]] {
        let time = "2025-06-25T00:00:00Z";
        let Some(report) = report("intel/tdx-v4-up-to-date.quote", files, time) else { return };
        for check in [
            &intel::checks::DCAP_TCB_INFO_SIGNER,
            &intel::checks::DCAP_TCB_INFO_SIGNATURE,
            &intel::checks::DCAP_QE_IDENTITY_SIGNER,
            &intel::checks::DCAP_ROOT_CRL_REVOCATION,
            &intel::checks::DCAP_PCK_CRL_REVOCATION,
        ] {
            let outcomes = outcomes(&report, check);
            assert!(outcomes.iter().all(|outcome| outcome.ends_with("pass")), "{outcomes:?}");
        }
        assert!(report.verdict.state <= State::Warning, "{:?}", report.verdict);
    }
}

#[test]
fn of_two_of_a_kind_the_one_about_the_quote_counts() {
    let folder = "faults/intel-two-of-a-kind";
    let base = ["root.der", "tcb.json", "qe.json", "tcbchain.pem"];
    let files = |more: &[&str]| -> Vec<String> {
        base.iter().chain(more).map(|name| format!("{folder}/{name}")).collect()
    };
    let examined = |more: &[&str]| {
        let files = files(more);
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        report("intel/tdx-v4-up-to-date.quote", &files, "2025-06-25T00:00:00Z")
    };
    for more in [
        &["pck.der", "proc.der"][..],
        &["proc.der", "pck.der"],
        &["sgx-tcb.json", "sgx-qe.json", "proc.der", "pck.der"],
    ] {
        let Some(report) = examined(more) else { return };
        assert!(report.verdict.state <= State::Warning, "{more:?}: {:?}", report.verdict);
        let unused = became(&report).into_iter().filter(|(_, told)| *told != Became::Used);
        assert_eq!(unused.count(), more.len() - 1, "{more:?}");
    }
    let Some(other) = examined(&["proc.der"]) else { return };
    assert_eq!(outcomes(&other, &intel::checks::DCAP_PCK_CRL_SIGNATURE), ["unknown not-fetched"]);
    assert_eq!(other.verdict.state, State::Unknown);
    assert_eq!(became(&other).last(), Some(&("intel-crl", Became::NotAboutThis)));
}

#[test]
fn a_log_in_a_form_that_is_not_read_is_a_finding_beside_signatures_that_hold() {
    for name in ["sha1-log.pb", "locality-first.pb"] {
        let file = format!("faults/tpm-older-log/{name}");
        let Some(report) = report(&file, &[], "2023-01-01T00:00:00Z") else { return };
        for check in [&tpm::checks::TPM_QUOTE_SIGNATURE, &tpm::checks::TPM_QUOTE_REGISTERS] {
            let outcomes = outcomes(&report, check);
            let holds = |outcome: &String| outcome.ends_with("pass");
            assert!(!outcomes.is_empty() && outcomes.iter().all(holds), "{outcomes:?}");
        }
        let log = outcomes(&report, &eventlog::checks::EVENTLOG_REPLAY);
        assert!(!log.is_empty() && log.iter().all(|o| !o.ends_with("pass")), "{name}: {log:?}");
        assert!(report.verdict.state >= State::Unknown);
    }
}

#[test]
fn a_log_says_nothing_about_registers_of_which_it_has_no_events() {
    let file = "faults/log-of-one-register/quote-report.json";
    let Some(report) = report(file, &[], "2026-01-01T00:00:00Z") else { return };
    assert_eq!(outcomes(&report, &eventlog::checks::EVENTLOG_REPLAY), ["rtmr3 pass"]);
    let coverage = outcomes(&report, &eventlog::checks::EVENTLOG_COVERAGE);
    for register in ["rtmr0", "rtmr1", "rtmr2"] {
        let told = format!("{register} unknown not-published");
        assert!(coverage.contains(&told), "{coverage:?}");
    }
    assert_ne!(report.verdict.state, State::Failed);
}

#[test]
fn a_list_of_keys_handed_in_beside_a_token_vouches_for_nothing() {
    let folder = "faults/doctored";
    let (token, keys) = (format!("{folder}/google.jwt"), format!("{folder}/jwks.json"));
    let time = "2026-02-01T00:00:00Z";
    let Some(report) = report(&token, &[&*keys], time) else { return };
    assert_eq!(outcomes(&report, &token::checks::TOKEN_KEY), ["unknown self-stated"]);
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
    assert_eq!(report.assurance.level, None);
    assert_eq!(report.headline.word, Word::UnknownKey);
    assert!(report.links.iter().all(|link| !link.holds()), "no link holds");
    assert_eq!(report.subject.name, None, "the token's own name is nobody's word");
}

#[test]
fn a_token_under_a_key_that_the_policy_names_begins_at_that_key() {
    use silicon_to_source::engine::builtin;
    use silicon_to_source::engine::policy::Policy;
    use silicon_to_source::formats::token::parse::jwks::KeyList;

    let folder = "faults/doctored";
    let (Some(token), Some(keys)) =
        (read(&format!("{folder}/google.jwt")), read(&format!("{folder}/jwks.json")))
    else {
        return;
    };
    let list = KeyList::parse(&keys).unwrap();
    let pin = list.keys[0].public.fingerprint().to_string();
    let json = builtin("confidential-space").unwrap().json;
    let mut json: serde_json::Value = serde_json::from_str(json).unwrap();
    json["token"]["keys"] = serde_json::json!([pin]);
    let policy = Policy::from_json(json.to_string().as_bytes()).unwrap();
    let now = at("2026-02-01T00:00:00Z");
    let report = examine(&token, &[&keys], Some(&policy), now).unwrap();
    assert_eq!(outcomes(&report, &token::checks::TOKEN_KEY), ["pass"]);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyKey);
    assert_eq!(report.assurance.level, Some(Level::A1));
}

#[test]
fn evidence_of_a_service_with_its_own_key_list_names_no_chip_maker() {
    let folder = "faults/doctored";
    let (document, keys) = (format!("{folder}/ex1.json"), format!("{folder}/jwks.json"));
    let Some(report) = report(&document, &[&*keys], "2026-02-01T00:00:00Z") else { return };
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
    assert!(!report.link(LinkId::HardwareRoot).unwrap().holds());
    assert_eq!(report.flags.debug, silicon_to_source::report::DebugFlag::Unknown);
    assert!(report.verdict.state >= State::Unknown);
}

#[test]
fn a_launch_description_beside_a_tdx_quote_does_not_apply() {
    let Some(quote) = read("intel/tdx-v4-up-to-date.quote") else { return };
    let description = br#"{"schema":"https://silicon-to-source.dev/launch/v1","processors":1,
        "processor-type":"EPYC-Milan","monitor":"qemu","features":"0x1"}"#;
    let report = examine(&quote, &[description], None, at("2025-07-01T00:00:00Z")).unwrap();
    let said = outcomes(&report, &launch::checks::LAUNCH_RECOMPUTED);
    assert!(said.iter().all(|outcome| outcome == "unknown not-applicable"), "{said:?}");
}

#[test]
fn of_two_logs_of_one_kind_the_one_that_replays_is_chosen() {
    let (own, other) = ("gcp/cos-113-tdx.ccel", "dstack/ccel.bin");
    let time = "2026-01-01T00:00:00Z";
    for files in [[own, other], [other, own]] {
        let Some(report) = report("gcp/cos-113-tdx.quote", &files, time) else { return };
        let replayed = outcomes(&report, &eventlog::checks::EVENTLOG_REPLAY);
        assert!(replayed.iter().all(|outcome| outcome.ends_with("pass")), "{replayed:?}");
        let used: Vec<bool> =
            became(&report).into_iter().map(|(_, told)| told == Became::Used).collect();
        assert_eq!(used, files.map(|file| file == own), "{files:?}");
    }
}
mod simulated {
    use super::{at, examine};
    use s2s_sim::google::TokenSpec;
    use s2s_sim::nitro::NitroSpec;
    use silicon_to_source::engine::builtin;
    use silicon_to_source::formats::snp::parse::Product;
    use silicon_to_source::report::{Report, State};

    /// The root check fails as simulated, and the report says SIMULATED.
    fn assert_told(report: &Report, check: &str) {
        let found = report.links.iter().flat_map(|link| &link.findings);
        let reasons: Vec<_> =
            found.filter(|f| f.check.id == check).filter_map(|finding| finding.reason).collect();
        assert_eq!(reasons, ["simulated"], "{check}");
        assert!(report.simulated, "{check}");
        assert_eq!(report.verdict.state, State::Failed);
    }

    #[test]
    fn simulated_roots_under_a_real_policy_are_told_as_simulated() {
        let real = |name: &str| builtin(name).unwrap().policy().unwrap();
        let now = at("2026-06-01T00:00:00Z");
        let nitro = NitroSpec::healthy().bytes();
        let report = examine(&nitro, &[], Some(&real("nitro")), now).unwrap();
        assert_told(&report, "nitro.root.pinned");

        let token = TokenSpec::default().sign();
        let policy = real("confidential-space");
        let report = examine(token.as_bytes(), &[], Some(&policy), now).unwrap();
        assert_told(&report, "token.root");

        let case = crate::common::snp::Case::vcek(Product::Milan);
        let files = case.collateral();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let report = examine(&case.report_bytes(), &files, Some(&real("snp")), now).unwrap();
        assert_told(&report, "snp.root.pinned");

        let case = crate::common::dcap::Case::td();
        let files = case.files().bytes();
        let report = examine(&case.quote_bytes(), &[&files], Some(&real("tdx")), now).unwrap();
        assert_told(&report, "dcap.root.pinned");
    }
}
