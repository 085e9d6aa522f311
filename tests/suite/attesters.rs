//! Evidence of SEV-SNP and TDX guests as Confidential Containers' attester writes it: it says what
//! the report or the quote in it says.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use s2s_sim::google::{boot_events, ccel_log};
use serde_json::{Value as Json, json};
use sev::firmware::guest::AttestationReport;
use sev::firmware::host::TcbVersion;
use sev::parser::ByteParser as _;
use silicon_to_source::error::Error;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Report, State};

use crate::common::examine;
use crate::common::table::findings;
use crate::common::{dcap, snp};

/// The members as the `sev` crate's serde writes them (its definitions of 8.0.0), by its own
/// reading of the report.
fn members(bytes: &[u8]) -> Json {
    let report = AttestationReport::from_bytes(bytes).unwrap();
    let tcb = |tcb: &TcbVersion| {
        json!({
            "fmc": tcb.fmc,
            "bootloader": tcb.bootloader,
            "tee": tcb.tee,
            "snp": tcb.snp,
            "microcode": tcb.microcode,
        })
    };
    let version =
        |major: u8, minor: u8, build: u8| json!({ "major": major, "minor": minor, "build": build });
    json!({
        "version": report.version,
        "guest_svn": report.guest_svn,
        "policy": u64::from(report.policy),
        "family_id": report.family_id,
        "image_id": report.image_id,
        "vmpl": report.vmpl,
        "sig_algo": report.sig_algo,
        "current_tcb": tcb(&report.current_tcb),
        "plat_info": u64::from(report.plat_info),
        "key_info": u32::from(report.key_info),
        "report_data": report.report_data.to_vec(),
        "measurement": report.measurement.to_vec(),
        "host_data": report.host_data,
        "id_key_digest": report.id_key_digest.to_vec(),
        "author_key_digest": report.author_key_digest.to_vec(),
        "report_id": report.report_id,
        "report_id_ma": report.report_id_ma,
        "reported_tcb": tcb(&report.reported_tcb),
        "cpuid_fam_id": report.cpuid_fam_id,
        "cpuid_mod_id": report.cpuid_mod_id,
        "cpuid_step": report.cpuid_step,
        "chip_id": report.chip_id.to_vec(),
        "committed_tcb": tcb(&report.committed_tcb),
        "current": version(report.current.major, report.current.minor, report.current.build),
        "committed": version(
            report.committed.major,
            report.committed.minor,
            report.committed.build,
        ),
        "launch_tcb": tcb(&report.launch_tcb),
        "launch_mit_vector": report.launch_mit_vector,
        "current_mit_vector": report.current_mit_vector,
        "signature": {
            "r": report.signature.r().to_vec(),
            "s": report.signature.s().to_vec(),
        },
    })
}

/// The same as earlier releases of the crate wrote it, with the reserved fields.
fn earlier(bytes: &[u8]) -> Json {
    let mut json = members(bytes);
    let own = json.as_object_mut().unwrap();
    for name in ["key_info", "cpuid_fam_id", "cpuid_mod_id", "cpuid_step"] {
        own.remove(name);
    }
    for name in ["launch_mit_vector", "current_mit_vector", "current", "committed"] {
        own.remove(name);
    }
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    own.insert("_author_key_en".into(), json!(number(0x48)));
    own.insert("_reserved_0".into(), json!(number(0x4c)));
    own.insert("_reserved_1".into(), json!(bytes[0x188..0x1a0].to_vec()));
    own.insert("_reserved_4".into(), json!(bytes[0x1f8..0x2a0].to_vec()));
    for (name, at) in [("current", 0x1e8), ("committed", 0x1ec)] {
        for (part, offset) in [("build", 0), ("minor", 1), ("major", 2)] {
            own.insert(format!("{name}_{part}"), json!(bytes[at + offset]));
        }
    }
    own.insert("_reserved_2".into(), json!(bytes[0x1eb]));
    own.insert("_reserved_3".into(), json!(bytes[0x1ef]));
    for name in ["current_tcb", "reported_tcb", "committed_tcb", "launch_tcb"] {
        let tcb = own[name].as_object_mut().unwrap();
        tcb.remove("fmc");
        tcb.insert("_reserved".into(), json!([0, 0, 0, 0]));
    }
    own["signature"]["_reserved"] = json!(vec![0; 368]);
    json
}

fn evidence(case: &snp::Case, report: Json) -> Json {
    let ders = case.collateral();
    let kinds = ["VCEK", "ASK", "ARK", "CRL"];
    let chain: Vec<Json> = kinds
        .iter()
        .zip(&ders)
        .map(|(kind, der)| json!({ "cert_type": kind, "data": der }))
        .collect();
    json!({ "attestation_report": report, "cert_chain": chain })
}

fn said(case: &snp::Case, json: &Json) -> Result<Report, Error> {
    examine(json.to_string().as_bytes(), &[], Some(&case.parsed_policy()), case.now)
}

#[test]
fn a_report_in_members_says_what_the_report_says() {
    for product in [Product::Milan, Product::Genoa, Product::Turin] {
        let case = snp::Case::vcek(product);
        let bytes = case.report_bytes();
        let whole = case.examine().unwrap();
        assert!(whole.verdict.state <= State::Warning);
        let mut forms = vec![
            evidence(&case, members(&bytes)),
            evidence(&case, json!(bytes)),
            evidence(&case, json!(STANDARD.encode(&bytes))),
            evidence(&case, json!(hex::encode(&bytes))),
        ];
        if product != Product::Turin {
            forms.push(evidence(&case, earlier(&bytes)));
        }
        for form in forms {
            let report = said(&case, &form).unwrap();
            assert_eq!(findings(&report), findings(&whole), "{product:?}");
            assert_eq!(report.subject.kind, "snp-report");
        }
    }
}

#[test]
fn certificates_may_be_missing_or_lie_beside() {
    let case = snp::Case::vcek(Product::Milan);
    let mut json = evidence(&case, members(&case.report_bytes()));
    json["cert_chain"] = Json::Null;
    assert_eq!(said(&case, &json).unwrap().verdict.state, State::Unknown);
    let collateral = case.collateral();
    let beside: Vec<&[u8]> = collateral.iter().map(Vec::as_slice).collect();
    let policy = case.parsed_policy();
    let report = examine(json.to_string().as_bytes(), &beside, Some(&policy), case.now).unwrap();
    assert_eq!(findings(&report), findings(&case.examine().unwrap()));
}

#[test]
fn a_changed_member_never_passes() {
    let case = snp::Case::vcek(Product::Milan);
    let whole = members(&case.report_bytes());
    for (name, value) in whole.as_object().unwrap() {
        let mut spoiled = whole.clone();
        let mut place = &mut spoiled[name];
        if let Json::Object(own) = value {
            let (part, _) = own.iter().find(|(_, value)| !value.is_null()).unwrap();
            place = &mut place[part];
        }
        if place.is_array() {
            place = &mut place[0];
        }
        let Some(number) = place.as_u64() else { continue };
        *place = json!(number ^ 1);
        let answer = said(&case, &evidence(&case, spoiled));
        let counts = answer.is_ok_and(|report| report.verdict.state <= State::Warning);
        assert!(!counts, "{name}");
    }
}

#[test]
fn what_does_not_rebuild_is_refused() {
    let case = snp::Case::vcek(Product::Milan);
    let whole = members(&case.report_bytes());
    let refused = |spoil: &dyn Fn(&mut Json)| {
        let mut spoiled = whole.clone();
        spoil(&mut spoiled);
        said(&case, &evidence(&case, spoiled)).is_err()
    };
    for name in whole.as_object().unwrap().keys() {
        let optional = [
            "cpuid_fam_id",
            "cpuid_mod_id",
            "cpuid_step",
            "launch_mit_vector",
            "current_mit_vector",
        ];
        if !optional.contains(&name.as_str()) {
            assert!(refused(&|json| drop(json.as_object_mut().unwrap().remove(name))), "{name}");
        }
    }
    assert!(refused(&|json| json["measurement"] = json!(vec![0; 47])));
    assert!(refused(&|json| json["report_data"] = json!(vec![0; 65])));
    assert!(refused(&|json| json["guest_svn"] = json!(1_u64 << 32)));
    assert!(refused(&|json| json["unknown"] = json!(0)));
    assert!(refused(&|json| json["measurement"] = Json::Null));
    assert!(refused(&|json| json["_author_key_en"] = json!(0)), "it stands where key_info stands");
    assert!(refused(&|json| json["current_tcb"]["extra"] = json!(0)));
    assert!(refused(&|json| json["signature"]["t"] = json!(vec![0; 72])));
    assert!(refused(&|json| json["current"] = json!([1, 2, 3])));
}

/// A quote with a log of the boot, as a case and as the attester writes it.
fn tdx() -> (dcap::Case, Json) {
    let mut case = dcap::Case::td();
    let (log, registers) = ccel_log(&boot_events(true, "console=none"));
    for (own, register) in case.quote.td().rtmr.iter_mut().zip(registers) {
        *own = register;
    }
    let json = json!({
        "cc_eventlog": STANDARD.encode(&log),
        "quote": STANDARD.encode(case.quote_bytes()),
    });
    case.logs = vec![log];
    (case, json)
}

fn quoted(case: &dcap::Case, evidence: &[u8]) -> Result<Report, Error> {
    examine(evidence, &[&case.files().bytes()], Some(&case.policy()), case.now)
}

#[test]
fn a_quote_with_its_log_says_what_they_say_side_by_side() {
    let (mut case, json) = tdx();
    let whole = findings(&case.examine());
    assert_eq!(whole["eventlog.replay/rtmr0"], "pass", "{whole:?}");
    let report = quoted(&case, json.to_string().as_bytes()).unwrap();
    assert_eq!(findings(&report), whole);
    assert_eq!(report.subject.kind, "tdx-quote");
    let mut other = json.clone();
    other["cc_eventlog"] = json!(STANDARD.encode([1; 40]));
    let other = findings(&quoted(&case, other.to_string().as_bytes()).unwrap());
    assert_ne!(other, whole, "another log says something else");
    case.logs = Vec::new();
    let mut without = json;
    without["cc_eventlog"] = Json::Null;
    let report = quoted(&case, without.to_string().as_bytes()).unwrap();
    assert_eq!(findings(&report), findings(&case.examine()));
    // The agent's own log is of a form that is not read: that is said, and decides nothing else.
    let before = findings(&report);
    without["aa_eventlog"] = json!("some");
    let report = quoted(&case, without.to_string().as_bytes()).unwrap();
    let found = findings(&report);
    assert_eq!(found["eventlog.replay"], "unknown not-supported");
    for (name, is) in &before {
        assert!(found.get(name) == Some(is) || name.starts_with("eventlog."), "{name}");
    }
    assert_ne!(report.verdict.state, State::Failed);
}

#[test]
fn base64_around_the_evidence_changes_nothing() {
    let (case, json) = tdx();
    let text = json.to_string();
    let whole = findings(&quoted(&case, text.as_bytes()).unwrap());
    for envelope in [STANDARD.encode(&text), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)]
    {
        assert_eq!(findings(&quoted(&case, envelope.as_bytes()).unwrap()), whole);
    }
}

/// Intel's client: its nonce and the guest's data are compared with nothing, its log is not read.
#[test]
fn a_quote_as_intels_client_writes_it_says_what_the_quote_says() {
    let (mut case, json) = tdx();
    case.logs = Vec::new();
    let whole = findings(&case.examine());
    let nonce = json!({ "val": "AAAA", "iat": "AAAA", "signature": "AAAA" });
    let mut client = json!({ "tdx": {
        "quote": json["quote"], "runtime_data": "AAAA", "user_data": "AAAA",
        "verifier_nonce": nonce,
    } });
    let report = quoted(&case, client.to_string().as_bytes()).unwrap();
    assert_eq!(findings(&report), whole);
    assert_eq!(report.subject.kind, "tdx-quote");
    client["tdx"]["event_log"] = json!("AAAA");
    let found = findings(&quoted(&case, client.to_string().as_bytes()).unwrap());
    assert_eq!(found["eventlog.replay"], "unknown not-supported");
    // A part about another device is not left aside in silence.
    client["nvgpu"] = json!({});
    assert!(quoted(&case, client.to_string().as_bytes()).is_err());
}
