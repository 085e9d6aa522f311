//! Built-in policies and quotes, and what is asked for when something is missing.

use s2s_sim::demonstration;
use s2s_sim::intel::Certification;
use silicon_to_source::engine::builtin;
use silicon_to_source::report::{Level, Report, State};

use crate::common::dcap::Case;
use crate::common::examine;
use crate::common::table::findings;

fn under(case: &Case, policy: &str) -> Report {
    let policy = builtin(policy).unwrap().policy().unwrap();
    let collateral = case.files().bytes();
    examine(&case.quote_bytes(), &[&collateral], Some(&policy), case.now).unwrap()
}

#[test]
fn simulated_quotes_are_verified_under_the_simulated_policy_and_no_other() {
    for (case, vendors) in [
        (Case::td(), &["tdx", "tdx-gcp", "tdx-dstack", "tdx-azure"][..]),
        (Case::enclave(), &["sgx"][..]),
    ] {
        let report = under(&case, "simulated-machine");
        assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
        assert_eq!(report.assurance.level, Some(Level::A4));
        assert!(report.simulated && report.wanted.is_empty());
        for policy in vendors {
            let report = under(&case, policy);
            assert_eq!(report.verdict.state, State::Failed, "{policy}");
            assert!(report.simulated, "{policy}");
            assert_eq!(findings(&report)["dcap.root.pinned"], "fail simulated", "{policy}");
        }
    }
}

#[test]
fn simulated_policy_still_asks_all_of_the_demonstration_and_of_each_quote() {
    let policy = builtin("simulated-machine").unwrap().policy().unwrap();
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    let report = examine(&demonstration(), &[], Some(&policy), now).unwrap();
    assert_eq!(policy.requirements("tinfoil-bundle").required, policy.required);
    assert!(report.verdict.required > 40, "{}", report.verdict.required);
    for (kind, name) in [("tdx-quote", "tdx"), ("sgx-quote", "sgx")] {
        let of_vendor = builtin(name).unwrap().policy().unwrap();
        let own = policy.requirements(kind);
        assert!(of_vendor.required.iter().all(|check| own.required.contains(check)), "{kind}");
    }
    let mut case = Case::td();
    case.quote.td().mr_td[0] ^= 1;
    let report = under(&case, "simulated-machine");
    assert_eq!(report.verdict.state, State::Failed);
    let case = Case::td();
    let policy = builtin("simulated-machine").unwrap().policy().unwrap();
    let report = examine(&case.quote_bytes(), &[], Some(&policy), case.now).unwrap();
    assert_eq!(report.verdict.state, State::Unknown, "without collateral");
}

/// Bytes and order of the parameters: Intel PCS API v4, "Get PCK Certificate".
#[test]
fn quote_without_a_certificate_says_where_intel_serves_it() {
    let mut case = Case::td();
    case.quote.certification = Certification::encrypted_ppid(&case.pck);
    let policy = builtin("tdx").unwrap().policy().unwrap();
    let asked = |case: &Case, files: &[&[u8]]| {
        let report = examine(&case.quote_bytes(), files, Some(&policy), case.now).unwrap();
        report.wanted
    };
    let wanted = asked(&case, &[]);
    let pck = wanted.iter().find(|wanted| wanted.what == "intel-pck").unwrap();
    let expected = format!(
        "https://api.trustedservices.intel.com/sgx/certification/v4/pckcert?encrypted_ppid={}\
         &cpusvn=03030202040100050000000000000000&pcesvn=0D00&pceid=0000",
        "5A".repeat(384)
    );
    assert_eq!((pck.url.as_str(), pck.reveals), (expected.as_str(), "ppid"));
    let ids: Vec<&str> = pck.decides.iter().map(|check| check.id).collect();
    assert_eq!(ids, ["dcap.certification", "dcap.qe.signature"]);
    assert!(!wanted.iter().any(|wanted| wanted.what == "intel-tcb-info"), "for no known platform");

    let chain = s2s_sim::intel::pem_chain(&Case::td().chain());
    let wanted = asked(&case, &[chain.as_bytes()]);
    assert!(!wanted.iter().any(|wanted| wanted.what == "intel-pck"), "it was supplied");
    let info = wanted.iter().find(|wanted| wanted.what == "intel-tcb-info").unwrap();
    assert!(info.url.ends_with("/tdx/certification/v4/tcb?fmspc=53494D554C41"), "{}", info.url);

    case.quote.certification.kind = 1;
    assert!(!asked(&case, &[]).iter().any(|wanted| wanted.what == "intel-pck"));
    case.quote.certification.kind = 3;
    case.quote.certification.data.truncate(400);
    assert!(!asked(&case, &[]).iter().any(|wanted| wanted.what == "intel-pck"), "cut short");
    case = Case::td();
    assert!(!asked(&case, &[]).iter().any(|wanted| wanted.what == "intel-pck"), "it has one");
}

/// Where the bytes stand that a finding about collateral rests upon.
#[test]
fn findings_about_collateral_name_the_bytes() {
    let mut case = Case::td();
    case.info.pce_id = "0001".into();
    let files = case.files();
    let report = case.examine();
    let shown = |id: &str| {
        let finding = report
            .links
            .iter()
            .flat_map(|link| &link.findings)
            .find(|finding| finding.check.id == id)
            .unwrap();
        let at = finding.at.as_ref().unwrap_or_else(|| panic!("{id} has no place"));
        let bytes = match &*at.evidence {
            "tcb-info" => files.tcb_info.text.as_bytes(),
            "qe-identity" => files.qe_identity.text.as_bytes(),
            "root-crl" => &files.root_crl,
            "pck-crl" => &files.pck_crl,
            other => panic!("{id} is in {other}"),
        };
        String::from_utf8_lossy(at.span.of(bytes).unwrap()).into_owned()
    };
    assert_eq!(shown("dcap.tcb-info.fmspc"), r#""53494D554C41""#);
    assert_eq!(shown("dcap.tcb-info.pce-id"), r#""0001""#);
    assert_eq!(shown("dcap.tcb-info.type"), "0");
    assert_eq!(shown("dcap.tcb-info.form"), r#""TDX""#);
    assert_eq!(shown("dcap.qe-identity.form"), r#""TD_QE""#);
    assert_eq!(shown("dcap.qe-identity.freshness"), r#""2045-12-31T23:59:59Z""#);
    assert_eq!(shown("dcap.tcb-info.signature"), files.tcb_info.text);
    assert_eq!(
        shown("dcap.root-crl.signature").len(),
        String::from_utf8_lossy(&files.root_crl).len()
    );

    let mut case = Case::td();
    case.info.levels.reverse();
    let files = case.files();
    let report = case.examine();
    let level = report.findings(&silicon_to_source::formats::intel::checks::DCAP_TCB_LEVEL).next();
    let at = level.unwrap().at.as_ref().unwrap();
    let text = at.span.of(files.tcb_info.text.as_bytes()).unwrap();
    let text: serde_json::Value = serde_json::from_slice(text).unwrap();
    assert_eq!(text["tcbStatus"], "UpToDate", "the second in the file");
}
