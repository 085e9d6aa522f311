//! Real evidence of Azure confidential VMs on SEV-SNP and on TDX.

use serde_json::Value;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::Check;
use silicon_to_source::formats::{azure, intel, snp};
use silicon_to_source::report::{Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::mutation::{changes, cuts, survivors};
use crate::common::shared;

/// A moment at which AMD's certificates of the chip count.
const NOW: &str = "2026-03-01T00:00:00Z";

fn evidence() -> Option<Vec<u8>> {
    Some(std::fs::read(shared("vectors/azure/snp-live-evidence.json")?).unwrap())
}

fn examined(bytes: &[u8], policy: Option<&Policy>) -> Report {
    let now: UnixTime = NOW.parse().unwrap();
    crate::common::examine(bytes, &[], policy, now).unwrap()
}

/// The built-in policy with `azure` members.
fn with(azure: Value) -> Policy {
    let mut json: Value = serde_json::from_str(builtin("snp-azure").unwrap().json).unwrap();
    json["azure"] = azure;
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

#[test]
fn real_evidence_leads_to_amd_and_ends_at_the_paravisor() {
    let Some(bytes) = evidence() else { return };
    let report = examined(&bytes, None);
    for check in [
        &snp::checks::SNP_REPORT_SIGNATURE,
        &azure::checks::AZURE_RUNTIME_DATA,
        &azure::checks::AZURE_VMPL,
        &azure::checks::AZURE_KEY,
        &azure::checks::AZURE_QUOTE_FORM,
        &azure::checks::AZURE_QUOTE_SIGNATURE,
        &azure::checks::AZURE_QUOTE_REGISTERS,
        &azure::checks::AZURE_SECURE_BOOT,
    ] {
        let outcomes: Vec<_> = report.findings(check).map(|f| f.outcome).collect();
        assert_eq!(outcomes, ["pass"], "{check}");
    }
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict);
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    let machine = report.claims.iter().find(|claim| claim.name == "azure.machine");
    let id = "02FE12EC-5B74-4A1B-B261-8EA46FE9AF36";
    assert_eq!(machine.unwrap().value.to_string(), id);
}

#[test]
fn the_question_is_the_one_that_the_fixture_was_made_with() {
    let Some(bytes) = evidence() else { return };
    for (question, outcome) in [("attestation-test-fixture", "pass"), ("another", "fail")] {
        let policy = with(serde_json::json!({ "nonce": hex::encode(question) }));
        let report = examined(&bytes, Some(&policy));
        let nonce = report.findings(&azure::checks::AZURE_NONCE).next().unwrap();
        assert_eq!(nonce.outcome, outcome, "{question}");
    }
}

#[test]
fn each_changed_part_of_real_evidence_fails() {
    let Some(bytes) = evidence() else { return };
    let text = String::from_utf8(bytes).unwrap();
    // One digit of the quote's firmwareVersion, of a register, and of the signature.
    for (from, to, check) in [
        ("2020031200120003", "2020031200120004", &azure::checks::AZURE_QUOTE_SIGNATURE),
        ("e15c44796beabf46", "e15c44796beabf47", &azure::checks::AZURE_QUOTE_REGISTERS),
        ("230ea7358448d659", "230ea7358448d658", &azure::checks::AZURE_QUOTE_SIGNATURE),
    ] {
        assert!(text.contains(from), "{from}");
        let report = examined(text.replacen(from, to, 1).as_bytes(), None);
        assert_eq!(report.verdict.state, State::Failed, "{from}");
        assert!(report.findings(check).all(|finding| finding.outcome == "fail"), "{check}");
    }
}

#[test]
fn changed_or_cut_real_evidence_is_never_verified() {
    let Some(bytes) = evidence() else { return };
    let bytes = bytes.trim_ascii_end();
    let examine = |input: &[u8]| crate::common::examine(input, &[], None, NOW.parse().unwrap());
    let survivors = survivors(bytes, &changes(bytes, usize::MAX), examine);
    let left: Vec<_> = survivors.into_iter().map(|(change, _)| change).collect();
    assert!(left.is_empty(), "{left:x?}");
    cuts(bytes, examine);
}

/// Evidence that other people's tests accept, by its name.
fn piece(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(shared(&format!("vectors/pieces/{name}"))?).unwrap())
}

/// What each of `checks` becomes.
fn outcomes(report: &Report, checks: &[&'static Check]) -> Vec<(&'static str, &'static str)> {
    let outcome = |check: &&'static Check| {
        let mut own = report.findings(check).map(|finding| finding.outcome);
        let first = own.next().unwrap_or("not told");
        (check.id, own.fold(first, |a, b| if a == b { a } else { "several" }))
    };
    checks.iter().map(outcome).collect()
}

const PARAVISOR: &[&Check] = &[
    &azure::checks::AZURE_RUNTIME_DATA,
    &azure::checks::AZURE_KEY,
    &azure::checks::AZURE_QUOTE_FORM,
    &azure::checks::AZURE_QUOTE_SIGNATURE,
    &azure::checks::AZURE_QUOTE_REGISTERS,
];

#[test]
fn the_first_form_of_the_attesters_evidence_leads_to_amd() {
    for name in ["coco-az-snp-v0.json", "coco-az-snp-genoa.json"] {
        let Some(bytes) = piece(name) else { return };
        let report = examined(&bytes, None);
        let all =
            [PARAVISOR, &[&azure::checks::AZURE_VMPL, &snp::checks::SNP_REPORT_SIGNATURE]].concat();
        for (check, outcome) in outcomes(&report, &all) {
            assert_eq!(outcome, "pass", "{name}: {check}");
        }
        assert_eq!(report.assurance.level, Some(Level::A3), "{name}");
        assert_eq!(report.subject.kind, "azure-snp-evidence");
    }
}

#[test]
fn real_evidence_on_tdx_leads_to_intel_and_ends_at_the_paravisor() {
    let mut seen = 0;
    for name in ["coco-az-tdx-v0.json", "azure-tdx-vtpm.yaml"] {
        let Some(bytes) = piece(name) else { return };
        let report = examined(&bytes, None);
        let all =
            [PARAVISOR, &[&azure::checks::AZURE_TD_REPORT, &intel::checks::DCAP_QUOTE_SIGNATURE]]
                .concat();
        for (check, outcome) in outcomes(&report, &all) {
            assert_eq!(outcome, "pass", "{name}: {check}");
        }
        for (check, outcome) in
            outcomes(&report, &[&azure::checks::AZURE_PARAVISOR, &azure::checks::AZURE_NONCE])
        {
            assert_eq!(outcome, "unknown", "{name}: {check}");
        }
        // Intel's collateral is not at hand.
        assert_eq!(report.verdict.state, State::Unknown, "{name}: {:?}", report.verdict);
        assert!(report.assurance.level <= Some(Level::A3), "{name}");
        assert_eq!(report.subject.kind, "azure-tdx-evidence");
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_certificate_of_real_evidence_is_about_the_key_and_its_issuer_is_open() {
    let Some(bytes) = piece("azure-tdx-vtpm.yaml") else { return };
    let report = examined(&bytes, None);
    let own = [&azure::checks::AZURE_CERTIFICATE, &azure::checks::AZURE_CERTIFICATE_ISSUER];
    let expected = [("azure.certificate", "pass"), ("azure.certificate.issuer", "unknown")];
    assert_eq!(outcomes(&report, &own), expected);
    let issuer = report.findings(&azure::checks::AZURE_CERTIFICATE_ISSUER).next().unwrap();
    let named = issuer.actual.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(named.contains("Global Virtual TPM CA - 03"), "{named}");
}
