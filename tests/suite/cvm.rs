//! Envelopes of CVM Attestation v1: each check has an input that makes exactly it fail, under
//! simulated roots. No real envelope was at hand.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_sim::cvm::{EnvelopeSpec, Machine, NONCE};
use s2s_sim::google::{boot_events, ccel_log};
use s2s_sim::nvidia;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::mutation::{changes, survivors};
use crate::common::table::{self, Row, Told, assert_rows, findings};

/// 2026-06-01.
const NOW: UnixTime = UnixTime(1_780_272_000);

const KEY: [u8; 32] = [0x4b; 32];

struct Case {
    spec: EnvelopeSpec,
    policy: Json,
    /// Changes the envelope after everything in it was signed.
    last: fn(&mut Json),
}

/// A sound envelope under the built-in policy of what is in it, with a value for question and key.
fn of(mut spec: EnvelopeSpec) -> Case {
    spec.key = Some(("spki-sha256", KEY.to_vec()));
    let name = match spec.machine {
        Machine::Snp(_) => "snp",
        Machine::Tdx(_) => "tdx",
        Machine::AzureSnp(_) => "snp-azure",
        Machine::AzureTdx(_) => "tdx-azure",
    };
    let mut policy: Json = serde_json::from_str(builtin(name).unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["cvm"] = json!({ "nonce": hex::encode(NONCE), "key": hex::encode(KEY) });
    match &mut spec.machine {
        Machine::AzureSnp(own) => {
            policy["snp"]["measurements"] = json!([hex::encode(own.report.measurement)]);
            policy["snp"]["weak-product"] = json!("allow");
        }
        Machine::AzureTdx(own) => {
            policy["dcap"]["tdx"]["mr-td"] = json!([hex::encode(own.td.td().mr_td)]);
        }
        Machine::Snp(_) => policy["snp"]["weak-product"] = json!("allow"),
        Machine::Tdx(_) => {}
    }
    Case { spec, policy, last: |_| {} }
}

fn snp() -> Case {
    of(EnvelopeSpec { devices: vec![nvidia::ReportSpec::default()], ..EnvelopeSpec::snp() })
}

fn tdx() -> Case {
    of(EnvelopeSpec::tdx())
}

fn azure_snp() -> Case {
    of(EnvelopeSpec::azure_snp())
}

fn azure_tdx() -> Case {
    of(EnvelopeSpec::azure_tdx())
}

const ALL: [fn() -> Case; 4] = [snp, tdx, azure_snp, azure_tdx];

impl Case {
    fn json(&self) -> Json {
        let mut json = self.spec.json();
        (self.last)(&mut json);
        json
    }

    fn answer(&self, envelope: &[u8]) -> Result<Report, Error> {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        crate::common::examine(envelope, &[], Some(&policy), NOW)
    }

    fn examine(&self) -> Report {
        self.answer(self.json().to_string().as_bytes()).unwrap()
    }
}

fn cpu(json: &mut Json) -> &mut Json {
    &mut json["submods"]["cpu"]
}

fn text(bytes: &[u8]) -> Json {
    json!(URL_SAFE_NO_PAD.encode(bytes))
}

const PLATFORM: &str = "cvm.platform";
const BINDING: &str = "cvm.binding";

const ROWS: &[Row<Case>] = &[
    Row::new(snp, PLATFORM, "fail disagree", |case| {
        case.last = |json| cpu(json)["cvm_platform"]["generation"] = json!("Genoa");
    }),
    Row::new(snp, PLATFORM, "fail disagree", |case| {
        case.last = |json| cpu(json)["cvm_platform"]["vendor"] = json!("intel");
    }),
    Row::new(tdx, PLATFORM, "fail disagree", |case| {
        case.last = |json| cpu(json)["cvm_platform"]["generation"] = json!("000000000000");
    }),
    Row::new(tdx, PLATFORM, "fail disagree", |case| {
        case.last = |json| cpu(json)["cvm_platform"]["tee"] = json!("sev-snp");
    }),
    Row::new(snp, "cvm.debug", "fail disagree", |case| {
        case.last = |json| cpu(json)["dbgstat"] = json!("enabled");
    }),
    Row::new(snp, BINDING, "fail not-equal", |case| case.spec.bound = Some(vec![7; 48])),
    // The question itself, where a key is named, and a hash with something behind it.
    Row::new(snp, BINDING, "fail not-equal", |case| case.spec.bound = Some(NONCE.to_vec())),
    Row::new(tdx, BINDING, "fail not-equal", |case| case.spec.bound = Some(vec![7; 64])),
    Row::new(azure_snp, BINDING, "fail not-equal", |case| case.spec.bound = Some(vec![7; 48])),
    Row::new(azure_tdx, BINDING, "fail not-equal", |case| case.spec.bound = Some(NONCE.to_vec())),
    Row::new(snp, BINDING, "unknown not-supported", |case| {
        case.last = |json| cpu(json)["cvm_binding"]["mode"] = json!("commitment");
    }),
    Row::new(azure_snp, "cvm.report", "fail not-equal", |case| {
        case.last = |json| cpu(json)["cvm_report"][1] = text(&[7; 1184]);
    }),
    Row::new(tdx, "cvm.registers", "fail not-equal", |case| {
        case.last = |json| cpu(json)["cvm_registers"][2]["value"] = text(&[7; 48]);
    }),
    Row::new(tdx, "cvm.registers", "fail another-source", |case| {
        case.last = |json| cpu(json)["cvm_registers"][2]["index"] = json!(4);
    }),
    Row::new(tdx, "cvm.registers", "fail another-source", |case| {
        case.last = |json| cpu(json)["cvm_registers"][0]["backing"] = json!("kernel-service");
    }),
    Row::new(azure_tdx, "cvm.registers/vtpm", "fail not-equal", |case| {
        case.last = |json| json["submods"]["vtpm"]["cvm_registers"][0]["index"] = json!(9);
    }),
    Row::new(azure_snp, "cvm.registers/vtpm", "fail another-source", |case| {
        case.last =
            |json| json["submods"]["vtpm"]["cvm_registers"][0]["backing"] = json!("hardware");
    }),
    Row::new(snp, "cvm.device/device 1", "fail not-equal", |case| {
        case.spec.device_nonce = Some([7; 32]);
    }),
    Row::new(snp, "cvm.nonce", "fail not-equal", |case| case.policy["cvm"]["nonce"] = json!("00")),
    Row::new(snp, "cvm.nonce", "fail malformed", |case| case.policy["cvm"]["nonce"] = json!("0")),
    Row::new(tdx, "cvm.nonce", "unknown no-reference", |case| {
        case.policy["cvm"].as_object_mut().unwrap().remove("nonce");
    }),
    Row::new(snp, "cvm.key", "fail not-equal", |case| {
        case.policy["cvm"]["key"] = json!("4b".repeat(31));
    }),
    Row::new(snp, "cvm.key", "fail malformed", |case| case.policy["cvm"]["key"] = json!("no hex")),
    Row::new(azure_tdx, "cvm.key", "fail missing", |case| case.spec.key = None),
];

pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn every_check_has_an_envelope_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn a_sound_envelope_begins_at_the_chips_maker_and_ends_where_the_evidence_in_it_does() {
    for sound in ALL {
        let report = sound().examine();
        assert!(report.verdict.state <= State::Warning, "{:?}", report.verdict.because);
        assert_eq!(report.subject.kind, "cvm-envelope");
        assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
        assert_eq!(report.assurance.level, Some(Level::A3));
        assert_eq!(report.flags.freshness, Freshness::Challenge);
        let told = findings(&report);
        let own = told.iter().filter(|(id, _)| id.starts_with("cvm."));
        assert_eq!(own.filter(|(_, is)| *is != "pass").count(), 0, "{told:?}");
        let claim = |name: &str| {
            let own = report.claims.iter().find(|claim| claim.name == name);
            own.map(|claim| claim.value.to_string())
        };
        assert_eq!(claim("cvm.key"), Some(hex::encode(KEY)));
        assert_eq!(claim("cvm.nonce"), Some(hex::encode(NONCE)));
    }
}

#[test]
fn without_the_readers_question_it_only_answers_its_own() {
    for sound in ALL {
        let mut case = sound();
        case.policy["cvm"] = json!({});
        let report = case.examine();
        assert_eq!(report.flags.freshness, Freshness::Given);
        for open in ["cvm.nonce", "cvm.key"] {
            assert_eq!(findings(&report)[open], "unknown no-reference");
        }
    }
}

#[test]
fn a_question_alone_is_bound_as_it_is() {
    for sound in ALL {
        let mut case = sound();
        case.spec.key = None;
        case.policy["cvm"].as_object_mut().unwrap().remove("key");
        let report = case.examine();
        assert_eq!(findings(&report)[BINDING], "pass");
        assert!(report.claims.iter().all(|claim| claim.name != "cvm.key"));
    }
}

#[test]
fn nothing_is_bound_where_nobody_signed() {
    let mut case = snp();
    case.last = |json| {
        let text = cpu(json)["cvm_report"][1].as_str().unwrap().to_owned();
        let mut report = URL_SAFE_NO_PAD.decode(text).unwrap();
        report[0x2a0] ^= 1;
        cpu(json)["cvm_report"][1] = self::text(&report);
    };
    let report = case.examine();
    let told = findings(&report);
    for id in [PLATFORM, BINDING] {
        assert_eq!(told[id], "blocked by snp.report.signature", "{id}");
    }
    assert_eq!(told["cvm.nonce"], "blocked by snp.report.signature");
    assert_eq!(told["cvm.debug"], "blocked by snp.report.signature");
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("cvm.")));
    assert_eq!(report.flags.freshness, Freshness::None);

    let mut case = snp();
    case.last = |json| {
        let device = &mut json["submods"]["gpu/GPU-SIMULATED-0"]["evidence_b64"];
        let mut report = STANDARD.decode(device.as_str().unwrap()).unwrap();
        *report.last_mut().unwrap() ^= 1;
        *device = json!(STANDARD.encode(report));
    };
    let report = case.examine();
    assert!(findings(&report)["cvm.device/device 1"].starts_with("blocked by gpu."));
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn a_log_in_the_envelope_is_replayed_or_said_to_be_unread() {
    let log = |format: &str, data: &[u8]| json!({ "format": format, "data": text(data) });
    let (ccel, rtmrs) = ccel_log(&boot_events(true, "SIMULATED"));
    let mut case = tdx();
    let Machine::Tdx(quote) = &mut case.spec.machine else { unreachable!() };
    quote.td().rtmr[..3].copy_from_slice(&rtmrs);
    let read = |case: &Case, log: Json| {
        let mut json = case.json();
        cpu(&mut json)["cvm_log"] = log;
        case.answer(json.to_string().as_bytes()).unwrap()
    };
    let told = findings(&read(&case, log("tdx-ccel", &ccel)));
    for register in ["rtmr0", "rtmr1", "rtmr2"] {
        assert_eq!(told[&format!("eventlog.replay/{register}")], "pass");
    }
    let of_another_boot = read(&tdx(), log("tdx-ccel", &ccel));
    assert_eq!(of_another_boot.verdict.state, State::Failed);
    let unread = read(&case, log("tcg-cel-cbor", b"\x80"));
    assert_eq!(findings(&unread)["eventlog.replay"], "unknown not-supported");
    assert!(unread.verdict.state <= State::Unknown);
}

#[test]
fn what_the_profile_refuses_is_refused() {
    type Spoil = fn(&mut Json);
    let spoils: &[(&str, Spoil)] = &[
        ("another profile", |json| json["eat_profile"] = json!("tag:confidential.ai,2026:cvm#2")),
        ("another version", |json| json["cvm_version"] = json!(2)),
        ("a short question", |json| json["eat_nonce"] = text(&[1; 15])),
        ("a long question", |json| json["eat_nonce"] = text(&[1; 65])),
        ("padding", |json| json["eat_nonce"] = json!("AAAAAAAAAAAAAAAAAAAAAA==")),
        ("no processor", |json| {
            json["submods"].as_object_mut().unwrap().remove("cpu");
        }),
        ("an unknown part", |json| json["submods"]["fpga/1"] = json!({})),
        ("a part that is null", |json| json["submods"]["gpu/1"] = json!(null)),
        ("a TPM that nothing binds", |json| {
            json["submods"]["vtpm"] = EnvelopeSpec::azure_snp().json()["submods"]["vtpm"].take();
        }),
        ("Arm CCA", |json| json["submods"]["cpu"] = json!(["CBOR", "AA"])),
        ("an unknown member", |json| cpu(json)["cvm_platform"]["later"] = json!(1)),
        ("a report that is no evidence", |json| cpu(json)["cvm_report"][2] = json!(2)),
        ("a report of the kernel's", |json| {
            cpu(json)["cvm_report"][0] = json!("application/vnd.veraison.tsm-report+json");
        }),
        ("a record of four", |json| {
            cpu(json)["cvm_report"].as_array_mut().unwrap().push(json!(1));
        }),
        ("another mode", |json| cpu(json)["cvm_binding"]["mode"] = json!("cca-challenge")),
        ("Azure without its TPM", |json| cpu(json)["cvm_platform"]["hosting"] = json!("azure")),
        ("a certificate without its key", |json| {
            cpu(json)["cvm_binding"]["pattern"] = json!("certificate");
        }),
        ("a key of the connection", |json| {
            cpu(json)["cvm_binding"]["key"]["kind"] = json!("tls-exporter");
        }),
        ("a short key", |json| cpu(json)["cvm_binding"]["key"]["value"] = text(&[1; 31])),
        ("endorsements of another type", |json| {
            cpu(json)["cvm_endorsements"]["__cmwc_t"] = json!("tag:other");
        }),
        ("an unknown endorsement", |json| {
            cpu(json)["cvm_endorsements"]["snp.ask"] = json!(["application/pkix-cert", "AA", 2]);
        }),
        ("a word for debugging", |json| cpu(json)["dbgstat"] = json!("off")),
        ("a device of another name", |json| {
            json["submods"]["gpu/GPU-SIMULATED-0"]["uuid"] = json!("GPU-OTHER");
        }),
        ("a switch as a GPU", |json| {
            json["submods"]["gpu/GPU-SIMULATED-0"]["arch"] = json!("LS10");
        }),
        ("a device of another binding", |json| {
            json["submods"]["gpu/GPU-SIMULATED-0"]["cvm_binding"]["mode"] = json!("report-data");
        }),
    ];
    let case = snp();
    for (what, spoil) in spoils {
        let mut json = case.json();
        spoil(&mut json);
        assert!(case.answer(json.to_string().as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn claims_and_members_of_later_versions_are_left_aside() {
    let mut case = snp();
    case.last = |json| {
        json["later"] = json!({ "any": 1 });
        cpu(json)["cvm_provenance"] = json!([1]);
        json["submods"]["gpu/GPU-SIMULATED-0"]["driver"] = json!("1");
    };
    assert_eq!(findings(&case.examine()), findings(&snp().examine()));
}

/// The bytes that may change are words that nobody signed, and lists of revoked keys, without which
/// revocation stays open.
#[test]
fn changed_bytes_are_noticed_mutation() {
    for sound in ALL {
        let case = sound();
        let bytes = case.spec.bytes();
        let some: Vec<_> = changes(&bytes, 7).into_iter().step_by(19).collect();
        for (change, report) in survivors(&bytes, &some, |changed| case.answer(changed)) {
            let told = findings(&report);
            assert_eq!(told[BINDING], "pass", "{change:?}");
            assert!(told.values().all(|is| !is.starts_with("fail")), "{change:?}");
        }
    }
}
