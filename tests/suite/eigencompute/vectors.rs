//! Real bound evidence of EigenCompute: two of each platform, debug and hardened.

use serde_json::{Value, json};
use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::formats::{eigencompute, eventlog, intel, snp, tpm};
use silicon_to_source::report::{DebugFlag, Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::shared;

/// A moment at which the certificates of all six count.
const NOW: &str = "2026-03-01T00:00:00Z";

fn objects() -> Option<Vec<Value>> {
    let file = std::fs::read(shared("vectors/eigencompute/bound-evidence.json")?).unwrap();
    Some(serde_json::from_slice(&file).unwrap())
}

fn examined(object: &Value) -> Report {
    let now: UnixTime = NOW.parse().unwrap();
    crate::common::examine(object.to_string().as_bytes(), &[], None, now).unwrap()
}

fn outcomes(report: &Report, check: &'static Check) -> Vec<&'static str> {
    report.findings(check).map(|finding| finding.outcome).collect()
}

#[test]
fn every_part_of_all_six_holds_and_names_the_others() {
    let Some(objects) = objects() else { return };
    for object in &objects {
        let name = object["name"].as_str().unwrap();
        let report = examined(object);
        for check in [
            &tpm::checks::TPM_ROOT,
            &tpm::checks::TPM_KEY,
            &tpm::checks::TPM_QUOTE_AGREEMENT,
            &eigencompute::checks::EIGEN_CHALLENGE,
            &eigencompute::checks::EIGEN_REGISTERS,
        ] {
            assert_eq!(outcomes(&report, check), ["pass"], "{name}: {check}");
        }
        for check in [
            &tpm::checks::TPM_QUOTE_FORM,
            &tpm::checks::TPM_QUOTE_SIGNER,
            &tpm::checks::TPM_QUOTE_SIGNATURE,
            &tpm::checks::TPM_QUOTE_REGISTERS,
        ] {
            assert_eq!(outcomes(&report, check), ["pass"; 3], "{name}: {check}");
        }
        let replays = outcomes(&report, &eventlog::checks::EVENTLOG_REPLAY);
        assert!(replays.iter().all(|outcome| *outcome == "pass"), "{name}: {replays:?}");
        let registers: Vec<_> = report
            .findings(&eventlog::checks::EVENTLOG_REPLAY)
            .filter_map(|finding| finding.part.clone())
            .collect();
        let launch = if object["platform"] == "intel_tdx" { "rtmr3" } else { "pcr13" };
        assert!(registers.iter().any(|part| part == launch), "{name}: {registers:?}");
        let tee = object["platform"] != "gcp_shielded_vm";
        let named = if tee { "pass" } else { "unknown" };
        assert_eq!(outcomes(&report, &eigencompute::checks::EIGEN_REPORT_DATA), [named], "{name}");
        // The challenge came along; it counts where the link that carries it holds.
        let stands = report.link(LinkId::Report).unwrap().state <= State::Warning;
        let freshness = if stands { Freshness::Given } else { Freshness::None };
        assert_eq!(report.flags.freshness, freshness, "{name}");
    }
}

/// The address stands in the intermediate's certificate, with `http:`.
#[test]
fn the_list_that_a_certificate_names_is_asked_for() {
    let Some(objects) = objects() else { return };
    for object in &objects {
        let report = examined(object);
        let lists: Vec<_> =
            report.wanted.iter().filter(|wanted| wanted.what == "google-tpm-crl").collect();
        let [list] = lists.as_slice() else { panic!("{}: {lists:?}", object["name"]) };
        assert!(list.url.starts_with("https://privateca-content-"), "{}", list.url);
        assert!(list.url.ends_with("/crl.crl"), "{}", list.url);
        assert_eq!(outcomes(&report, &tpm::checks::TPM_CHAIN_REVOCATION), ["unknown"]);
    }
}

#[test]
fn the_rebuilt_reports_hold_at_the_processors_makers() {
    let Some(objects) = objects() else { return };
    for object in &objects {
        let report = examined(object);
        let check = match object["platform"].as_str().unwrap() {
            "intel_tdx" => &intel::checks::DCAP_QUOTE_SIGNATURE,
            "amd_sev_snp" => &snp::checks::SNP_REPORT_SIGNATURE,
            _ => continue,
        };
        assert_eq!(outcomes(&report, check), ["pass"], "{}", object["name"]);
        assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    }
}

#[test]
fn debug_images_fail_and_hardened_ones_do_not() {
    let Some(objects) = objects() else { return };
    for object in &objects {
        let name = object["name"].as_str().unwrap();
        let report = examined(object);
        let hardened = object["hardened"].as_bool().unwrap();
        let expected = if hardened { "pass" } else { "fail" };
        assert_eq!(outcomes(&report, &eigencompute::checks::EIGEN_HARDENED), [expected], "{name}");
        let failed = report.verdict.state == State::Failed;
        assert_eq!(failed, !hardened, "{name}: {:?}", report.verdict);
        if !hardened {
            assert_eq!(report.flags.debug, DebugFlag::On, "{name}");
        }
    }
}

#[test]
fn levels_are_those_that_the_evidence_deserves() {
    let Some(objects) = objects() else { return };
    for object in objects.iter().filter(|object| object["hardened"] == true) {
        let name = object["name"].as_str().unwrap();
        let report = examined(object);
        match object["platform"].as_str().unwrap() {
            "amd_sev_snp" => {
                assert_eq!(report.verdict.state, State::Warning, "{name}: {:?}", report.verdict);
                assert_eq!(report.assurance.level, Some(Level::A3), "{name}");
            }
            // Intel's collateral of that time was not kept.
            "intel_tdx" => {
                assert_eq!(report.verdict.state, State::Unknown, "{name}: {:?}", report.verdict);
                assert!(!report.wanted.is_empty(), "{name}");
            }
            _ => {
                assert_eq!(report.verdict.state, State::Warning, "{name}: {:?}", report.verdict);
                assert_eq!(report.assurance.level, Some(Level::A2), "{name}");
                assert_eq!(report.assurance.root_of_trust, RootOfTrust::CloudProvider);
            }
        }
    }
}

#[test]
fn a_report_that_is_taken_out_is_missed() {
    let Some(objects) = objects() else { return };
    for object in objects.iter().filter(|object| object["platform"] != "gcp_shielded_vm") {
        let stripped = without_tee(object);
        let report = examined(&stripped);
        let finding = report.findings(&eigencompute::checks::EIGEN_CHALLENGE).next().unwrap();
        assert_eq!(finding.reason, Some("another-platform"), "{}", object["name"]);
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn parts_of_different_machines_do_not_fit() {
    let Some(objects) = objects() else { return };
    let tdx: Vec<_> = objects.iter().filter(|o| o["platform"] == "intel_tdx").collect();
    let mut mixed = without_tee(tdx[0]);
    let mut bytes = decode(&mixed["attestation"]);
    bytes.extend(tee(&decode(&tdx[1]["attestation"])));
    mixed["attestation"] = encode(&bytes);
    let report = examined(&mixed);
    assert_eq!(outcomes(&report, &eigencompute::checks::EIGEN_CHALLENGE), ["pass"]);
    assert_eq!(outcomes(&report, &eigencompute::checks::EIGEN_REPORT_DATA), ["fail"]);
}

#[test]
fn another_challenge_or_extra_data_is_noticed() {
    let Some(objects) = objects() else { return };
    for object in &objects {
        for (member, value) in [("challenge", "00".repeat(32)), ("extra_data", "00".into())] {
            let mut changed = object.clone();
            changed[member] = json!(value);
            let report = examined(&changed);
            assert_eq!(
                outcomes(&report, &eigencompute::checks::EIGEN_CHALLENGE),
                ["fail"],
                "{member}"
            );
            let named = outcomes(&report, &eigencompute::checks::EIGEN_REPORT_DATA);
            assert_ne!(named, ["pass"], "{member}");
        }
    }
}

fn decode(text: &Value) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap()
}

fn encode(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    json!(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// Where the processor's report begins: the field is the last one.
fn tee_start(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let key = bytes[at];
        if key >> 3 >= 8 {
            return at;
        }
        let (mut len, mut shift, mut next) = (0_usize, 0, at + 1);
        loop {
            len |= usize::from(bytes[next] & 0x7f) << shift;
            shift += 7;
            next += 1;
            if bytes[next - 1] < 0x80 {
                break;
            }
        }
        at = next + len;
    }
}

fn tee(bytes: &[u8]) -> &[u8] {
    &bytes[tee_start(bytes)..]
}

fn without_tee(object: &Value) -> Value {
    let mut stripped = object.clone();
    let bytes = decode(&object["attestation"]);
    stripped["attestation"] = encode(&bytes[..tee_start(&bytes)]);
    stripped
}
