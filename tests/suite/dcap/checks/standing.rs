//! What Intel's word on a platform comes to, and the forms in which it travels.

use std::collections::BTreeMap;

use s2s_sim::intel::{Certification, CollateralSpec, QuoteSpec, TcbInfoSpec, TdSpec};
use serde_json::json;
use silicon_to_source::finding::{Finding, Outcome, Why};
use silicon_to_source::formats::intel::parse::Quote;
use silicon_to_source::formats::intel::parse::collateral::{Collateral, TcbStatus};
use silicon_to_source::formats::intel::verify::verify;
use silicon_to_source::pki::anchors::Roots;

use super::collateral::ROWS;
use crate::common::dcap::Case;

fn words(findings: &[Finding]) -> BTreeMap<String, String> {
    findings
        .iter()
        .map(|finding| {
            let outcome = match finding.outcome {
                Outcome::Pass => "pass".to_owned(),
                Outcome::Fail(reason) => format!("fail {}", reason.0),
                Outcome::Warn(reason) => format!("warn {}", reason.0),
                Outcome::Allowed(reason) => format!("allowed {}", reason.0),
                Outcome::Unknown(Why::Blocked { by }) => format!("blocked by {by}"),
                Outcome::Unknown(why) => format!("unknown {}", why.word()),
                other => panic!("no row names {other:?}"),
            };
            (finding.check.to_string(), outcome)
        })
        .collect()
}

fn found(case: &Case) -> BTreeMap<String, String> {
    case.with(|examined| words(&examined.findings))
}

#[test]
fn healthy_collateral_passes_every_check_and_is_up_to_date() {
    let mut found = found(&Case::td());
    found.retain(|_, outcome| outcome != "pass");
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(Case::td().status(), Some(TcbStatus::UpToDate));
}

/// Authenticity lost is a quote lost; collateral lost is its standing lost.
#[test]
fn no_failed_row_leaves_a_standing_that_rests_on_it() {
    const KEEPS: [&str; 8] = [
        "dcap.root.validity",
        "dcap.policy.",
        "dcap.pck-ca.validity",
        "dcap.pck.validity",
        "dcap.tcb-info.signer-validity",
        "dcap.qe-identity.signer-validity",
        "dcap.tcb.status",
        "dcap.pck-crl",
    ];
    for row in ROWS.iter().filter(|row| row.becomes.starts_with("fail")) {
        let keeps = KEEPS.iter().any(|check| row.finding.starts_with(check))
            || row.finding.ends_with(".freshness")
            || row.finding == "dcap.root-crl.signature";
        let mut case = (row.base)();
        (row.spoil)(&mut case);
        assert_eq!(case.status().is_some(), keeps, "{} {}", row.finding, row.becomes);
    }
}

#[test]
fn levels_in_any_order_give_the_highest_that_is_reached() {
    let mut case = Case::td();
    case.info.levels.reverse();
    case.identity.levels.reverse();
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
}

/// With a module of a major version above 0 its two components are left to its own levels; with
/// major version 0 all 16 are compared (Intel, "TCB comparison").
#[test]
fn the_first_two_tdx_components_count_for_module_version_0_only() {
    let mut case = Case::td();
    case.info.levels.iter_mut().for_each(|level| level.tdx.as_mut().unwrap()[0] = 200);
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
    case.quote = QuoteSpec::tdx_v5(TdSpec::healthy());
    case.quote.td().tee_tcb_svn[1] = 0;
    assert_eq!(found(&case)["dcap.tcb.level"], "fail no-level");
}

#[test]
fn platform_and_parts_converge_as_intel_says() {
    for (platform, qe, module, whole) in [
        ("UpToDate", "UpToDate", "OutOfDate", TcbStatus::OutOfDate),
        ("SWHardeningNeeded", "OutOfDate", "UpToDate", TcbStatus::OutOfDate),
        ("ConfigurationNeeded", "OutOfDate", "UpToDate", TcbStatus::OutOfDateConfigurationNeeded),
        ("OutOfDate", "UpToDate", "UpToDate", TcbStatus::OutOfDate),
        ("UpToDate", "UpToDate", "Revoked", TcbStatus::Revoked),
    ] {
        let mut case = Case::td();
        case.info.levels[0].status = platform.into();
        case.identity.levels[0].status = qe.into();
        let identities = case.info.tdx_module_identities.as_mut().unwrap();
        let own = identities.iter_mut().find(|one| one.id == "TDX_01").unwrap();
        own.levels[0].status = module.into();
        assert_eq!(case.status(), Some(whole), "{platform}, {qe}, {module}");
    }
}

#[test]
fn shortfalls_name_component_versions_and_date() {
    let mut case = Case::td();
    case.info.levels[0].sgx[7] = 9;
    case.info.levels[1].sgx[7] = 5;
    let shortfalls: Vec<String> = case.with(|examined| {
        let verified = examined.verified.unwrap();
        let shortfalls = verified.tcb().unwrap().shortfalls.clone();
        shortfalls.iter().map(ToString::to_string).collect()
    });
    assert_eq!(shortfalls, ["SGX component 7 is 5, needs 9 (level of 2024-11-13T00:00:00Z)"]);
}

#[test]
fn a_quote_that_only_names_its_platform_takes_a_supplied_certificate() {
    let mut case = Case::td();
    case.quote.certification = Certification::encrypted_ppid(&case.pck);
    let open = found(&case);
    assert_eq!(open["dcap.certification"], "unknown not-fetched");
    assert_eq!(open["dcap.qe.signature"], "unknown not-fetched");
    assert_eq!(case.status(), None);
    case.last = |files| files.pck_chain = Some(Case::td().chain());
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
}

#[test]
fn a_simulated_quote_does_not_hold_under_intels_root() {
    let case = Case::td();
    let bytes = case.quote_bytes();
    let collateral = Collateral::from_files(&[&case.files().bytes()]).unwrap();
    let examined = verify(&Quote::parse(&bytes).unwrap(), &collateral, Roots::Vendor, case.now);
    assert!(examined.verified.is_none());
    let found = words(&examined.findings);
    assert_eq!(found["dcap.root.pinned"], "fail simulated");
    assert_eq!(found["dcap.pck-ca.signature"], "fail wrong-issuer", "the names say who made it");
    assert_eq!(found["dcap.tcb-info.signer"], "fail wrong-root");
}

#[test]
fn every_form_of_the_same_collateral_reads_the_same() {
    let files = Case::td().files();
    let whole = Collateral::from_files(&[&files.bytes()]).unwrap();
    let pcs = files.pcs().map(|answer| match str::from_utf8(&answer.body) {
        Ok(_) => answer.envelope().into_bytes(),
        Err(_) => answer.body,
    });
    let pcs: Vec<&[u8]> = pcs.iter().map(Vec::as_slice).collect();
    assert_eq!(Collateral::from_files(&pcs).unwrap(), whole, "answers with their headers");

    let pccs = files.pccs();
    let signed = pccs.signed.each_ref().map(|answer| answer.envelope());
    let pccs = [&*pccs.root_crl, &*pccs.pck_crl, &*signed[0], &*signed[1]].map(str::as_bytes);
    let cached = Collateral::from_files(&pccs).unwrap();
    assert_eq!(Collateral { pck_issuer_chain: whole.pck_issuer_chain.clone(), ..cached }, whole);

    let bare: Vec<Vec<u8>> = files.pcs().map(|answer| answer.body).to_vec();
    let mut bare: Vec<&[u8]> = bare.iter().map(Vec::as_slice).collect();
    let alone = Collateral::from_files(&bare).unwrap();
    assert_eq!(alone.tcb_info.unwrap().chain, None, "no header, no chain");
    let [signer, issuers] =
        [&files.tcb_info_chain, &files.pck_crl_chain].map(|chain| s2s_sim::intel::pem_chain(chain));
    bare.extend([signer.as_bytes(), issuers.as_bytes()]);
    assert_eq!(Collateral::from_files(&bare).unwrap(), whole, "bodies and chains apart");

    let base64 = |der: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(der)
    };
    let mut object = files.json();
    object["root_ca_crl"] = base64(&files.root_crl).into();
    object["pck_crl"] = base64(&files.pck_crl).into();
    for (member, inner) in [("tcb_info", "tcbInfo"), ("qe_identity", "enclaveIdentity")] {
        let signed = if inner == "tcbInfo" { &files.tcb_info } else { &files.qe_identity };
        object[member] = signed.answer(inner).into();
        object.as_object_mut().unwrap().remove(&format!("{member}_signature"));
    }
    for contract in [json!({ "tdx": object }), json!({ "collateral": { "tdx": object } })] {
        let contract = contract.to_string();
        assert_eq!(Collateral::from_files(&[contract.as_bytes()]).unwrap(), whole);
    }
}

#[test]
fn files_that_contradict_repeat_or_are_not_intels_are_refused() {
    let files = Case::td().files();
    let json = files.bytes();
    assert!(Collateral::from_files(&[&json, &json]).is_ok(), "the same twice is the same");
    let other = CollateralSpec::tdx()
        .with_tcb_info(&TcbInfoSpec { evaluation_number: 7, ..TcbInfoSpec::tdx() });
    assert!(Collateral::from_files(&[&json, &other.bytes()]).is_err());
    let answer = files.tcb_info.answer("tcbInfo");
    let twice = answer.replacen('{', &format!(r#"{{"tcbInfo":{},"#, files.tcb_info.text), 1);
    assert!(Collateral::from_files(&[twice.as_bytes()]).is_err(), "a second tcbInfo");
    let large = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(Collateral::from_files(&[&large]).unwrap_err().code(), "too-large");
    let nested = (0..5).fold("{}".to_owned(), |inner, _| format!(r#"{{"tdx":{inner}}}"#));
    for wrong in ["", "{}", "hello", "[]", r#"{"tcbInfo":{}}"#, r#"{"tcb_info":"x"}"#, &nested] {
        assert!(Collateral::from_files(&[wrong.as_bytes()]).is_err(), "{wrong}");
    }
}
