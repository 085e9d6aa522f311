//! NEAR AI's reports: each check with an input that makes exactly it fail, on reports of simulated
//! machines, GPUs and keys; mixtures of sound parts that do not belong together; and changed values
//! and cuts of the JSON.

use std::collections::{BTreeMap, BTreeSet};

use s2s_sim::intel::{CollateralSpec, QeIdentitySpec, Role, TcbInfoSpec};
use s2s_sim::keys::Key;
use s2s_sim::near::{
    ADDRESS_OF_G, MachineSpec, NONCE, NearSpec, SECP256K1_G, app_compose, signed_by,
    signed_by_gateway, signed_by_model,
};
use s2s_sim::oci::ImageSpec;
use s2s_sim::sigstore::{Build, BundleSpec};
use serde_json::{Value as Json, json};
use sha2::Digest as _;
use silicon_to_source::crypto::{Algorithm, Message, Signature, remembering, verify};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{
    Became, Custody, DebugFlag, Freshness, KeyFlag, Level, Report, State,
};

use crate::common::dcap::NOW;
use crate::common::examine;
use crate::common::mutation::holds;
use crate::common::table::{Change, Expected, Told, change, findings};

/// One examination.
struct Case {
    spec: NearSpec,
    policy: Json,
    files: Vec<Vec<u8>>,
}

fn case() -> Case {
    let mut policy: Json = serde_json::from_str(builtin("near").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["provenance"] = json!({ "owner-id": "900000002" });
    Case { spec: NearSpec::default(), policy, files: vec![CollateralSpec::tdx().bytes()] }
}

impl Case {
    fn examine_bytes(&self, input: &[u8]) -> Result<Report, Error> {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        let files: Vec<&[u8]> = self.files.iter().map(Vec::as_slice).collect();
        examine(input, &files, Some(&policy), NOW)
    }

    fn examine(&self) -> Report {
        self.examine_bytes(&self.spec.bytes()).unwrap()
    }

    fn examine_json(&self, json: &Json) -> Report {
        self.examine_bytes(json.to_string().as_bytes()).unwrap()
    }

    fn model(&mut self) -> &mut MachineSpec {
        &mut self.spec.models[0]
    }

    /// Names the systems of both machines in the policy.
    fn named(&mut self) {
        let machines = [&self.spec.gateway, &self.spec.models[0]];
        let rtmr3 = machines.map(|machine| hex::encode(machine.log(&machine.instance).1));
        let rules = &mut self.policy["dcap"]["tdx"];
        rules["mr-td"] = json!([hex::encode(machines[0].td.mr_td)]);
        rules["rtmr1"] = json!(["00".repeat(48)]);
        rules["rtmr2"] = json!(["00".repeat(48)]);
        rules["rtmr3"] = json!(rtmr3);
    }
}

fn model(report: &mut Json) -> &mut Json {
    &mut report["model_attestations"][0]
}

/// Puts another digit in place of the one at `at`.
fn digit(value: &mut Json, at: usize) {
    let mut text = value.as_str().unwrap().to_owned();
    let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    text.replace_range(at..=at, other);
    *value = json!(text);
}

type Row = Change<Case>;

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row {
    change(finding, becomes, spoil)
}

const SAME_LIST: &str = "the hash is of the same list";
const OTHER_LOG: &str = "the log is the other machine's, and so is its register";

const ROWS: &[Row] = &[
    row("near.report-data/gateway", "fail not-equal", |case| {
        let mut data = case.spec.gateway.report_data();
        data[0] ^= 1;
        case.spec.gateway.report_data = Some(data);
    }),
    row("near.report-data/model-1", "fail not-equal", |case| {
        let mut data = case.model().report_data();
        data[31] ^= 1;
        case.model().report_data = Some(data);
    }),
    row("near.report-data/model-1", "fail malformed", |case| {
        case.spec.last = |report| model(report)["signing_address"] = json!("00".repeat(19));
    }),
    row("near.report-data/gateway", "fail malformed", |case| {
        case.spec.last = |report| {
            report["gateway_attestation"]["tls_cert_fingerprint"] = json!("00".repeat(31));
        };
    }),
    row("near.report-data/model-1", "unknown not-published", |case| {
        case.spec.last = |report| model(report)["signing_address"] = json!("");
    }),
    row("near.report-data/model-1", "unknown not-supported", |case| {
        case.spec.last = |report| model(report)["signing_algo"] = json!("rsa");
    }),
    row("near.nonce/gateway", "fail not-equal", |case| {
        case.policy["near"] = json!({ "nonce": "5b".repeat(32) });
    }),
    row("near.nonce/model-1: request_nonce", "fail disagree", |case| {
        case.spec.last = |report| digit(&mut model(report)["request_nonce"], 0);
    }),
    row("near.one-nonce/model-1", "fail not-equal", |case| {
        let model = case.model();
        model.nonce[0] ^= 1;
        model.manager_nonce[0] ^= 1;
        model.gpus[0].nonce[0] ^= 1;
    }),
    row("near.signing-key/model-1", "fail not-equal", |case| {
        case.spec.last = |report| digit(&mut model(report)["signing_public_key"], 9);
    }),
    row("near.signing-key/model-1", "fail malformed", |case| {
        case.spec.last = |report| model(report)["signing_public_key"] = json!("04zz");
    }),
    row("near.signing-key/model-1", "unknown not-supported", |case| {
        case.spec.last = |report| model(report)["signing_public_key"] = json!("02".repeat(33));
    }),
    row("near.signing-key/model-1", "unknown not-published", |case| case.model().public_key = None),
    row("near.tls-key/gateway", "fail not-equal", |case| case.spec.tls = Some(Key::StrangerP384)),
    row("near.tls-key/gateway", "unknown not-fetched", |case| case.spec.tls = None),
    row("near.tls-key/gateway", "fail not-bound", |case| case.spec.gateway.tls = None),
    row("near.gpu/model-1: gpu-1", "fail not-equal", |case| case.model().gpus[0].nonce[31] ^= 1),
    row("near.gpu/model-1: payload", "fail disagree", |case| {
        case.spec.last = |report| {
            let payload = model(report)["nvidia_payload"].as_str().unwrap().to_owned();
            let mut payload: Json = serde_json::from_str(&payload).unwrap();
            digit(&mut payload["nonce"], 5);
            model(report)["nvidia_payload"] = json!(payload.to_string());
        };
    }),
    row("near.manager/model-1: actions", "unknown not-supported", |case| {
        case.spec.last = |report| {
            let manager = &mut model(report)["compose_manager_attestation"];
            manager["actions"][0]["action"] = json!("compose_down");
        };
    })
    .also(&[("near.actions/model-1", "unknown not-supported", SAME_LIST)]),
    row("near.manager/model-1: actions", "fail not-equal", |case| {
        case.spec.last = |report| {
            let manager = &mut model(report)["compose_manager_attestation"];
            manager["actions"][0]["action"] = json!("compose_down");
            digit(&mut manager["actions_hash"], 1);
        };
    })
    .also(&[("near.actions/model-1", "unknown not-supported", SAME_LIST)]),
    row("near.manager/model-1: nonce", "fail not-equal", |case| case.model().manager_nonce[0] ^= 1),
    row("near.manager/model-1: registers", "fail another-machine", |case| {
        case.model().manager_instance = [0x66; 20];
    })
    .also(&[
        ("dstack.ids/model-1: manager: instance-id", "fail disagree", OTHER_LOG),
        ("dstack.tcb-info/model-1: manager: rtmr3", "fail not-equal", OTHER_LOG),
    ]),
    row("near.manager/model-1: stated nonce", "fail disagree", |case| {
        case.spec.last = |report| {
            digit(&mut model(report)["compose_manager_attestation"]["nonce"], 1);
        };
    }),
    row("near.actions/model-1", "fail disagree", |case| {
        case.spec.last = |report| {
            digit(&mut model(report)["compose_manager_attestation"]["actions_hash"], 1);
        };
    }),
    row("near.ohttp/gateway", "fail bad-signature", |case| {
        case.spec.last = |report| digit(&mut report["ohttp_attestation"]["signature"], 3);
    }),
    row("near.ohttp/gateway", "fail disagree", |case| {
        case.spec.last = |report| digit(&mut report["ohttp_key_config"], 9);
    }),
    row("near.ohttp/gateway", "fail malformed", |case| {
        case.spec.last = |report| report["ohttp_attestation"]["signing_key"] = json!("no hex");
    }),
    row("near.ohttp/gateway", "warn not-bound", |case| {
        case.spec.gateway.ohttp = Some(Key::NearOther);
    }),
    row("near.ohttp/gateway", "warn not-bound", |case| {
        case.spec.last = |report| {
            report.as_object_mut().unwrap().remove("ohttp_attestation");
        };
    }),
    row("near.ohttp/gateway", "unknown not-published", |case| case.spec.gateway.ohttp = None),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    let rows = ROWS.iter().map(|row| (row.finding, row.becomes));
    rows.chain(SIGNED.iter().map(|(finding, becomes, _)| (*finding, *becomes))).collect()
}

/// SHA-256 of a request and of its response.
fn signed_text() -> String {
    let hash = |text: &str| hex::encode(sha2::Sha256::digest(text));
    format!("{}:{}", hash("SIMULATED request"), hash("SIMULATED response"))
}

type Signed = (&'static str, &'static str, fn(&mut Case, &mut Json));

/// What is said of the model's signature over one response when something is wrong with it.
const SIGNED: &[Signed] = &[
    ("near.receipt", "fail bad-signature", |_, signed| digit(&mut signed["signature"], 9)),
    ("near.receipt", "fail bad-signature", |_, signed| digit(&mut signed["text"], 0)),
    ("near.receipt", "fail bad-signature", |_, signed| digit(&mut signed["signing_address"], 5)),
    ("near.receipt", "fail bad-signature", |_, signed| signed["signing_algo"] = json!("ed25519")),
    ("near.receipt", "fail malformed", |_, signed| signed["signature"] = json!("0xzz")),
    ("near.receipt", "fail not-listed", |case, _| case.spec.models.clear()),
    ("near.receipt", "fail not-listed", |_, signed| {
        *signed = signed_by(Key::NearOther, signed["text"].as_str().unwrap());
    }),
    ("near.receipt", "unknown not-supported", |_, signed| signed["signing_algo"] = json!("rsa")),
    ("near.receipt", "unknown not-supported", |_, signed| signed["text"] = json!("a:b")),
    ("near.receipt.body", "fail not-equal", |case, _| {
        case.policy["near"] = json!({ "request": "5b".repeat(32), "response": "5b".repeat(32) });
    }),
];

/// The findings about a signature that lies beside the report.
fn about(report: &Report) -> BTreeMap<String, String> {
    let own = findings(report).into_iter().filter(|(name, _)| name.starts_with("near.receipt"));
    own.map(|(name, told)| {
        let (check, part) = name.split_once('/').unwrap();
        let part = part.rsplit_once(": ").map_or(String::new(), |(_, part)| format!("/{part}"));
        (format!("{check}{part}"), told)
    })
    .collect()
}

#[test]
fn a_response_is_of_the_machine_whose_quote_names_the_key_that_signed_it() {
    remembering(|| {
        let text = signed_text();
        let named = format!("SIMULATED/model:{text}");
        for signed in [signed_by_model(&text), signed_by_gateway(&text), signed_by_model(&named)] {
            let mut case = case();
            case.files.push(signed.to_string().into_bytes());
            let report = case.examine();
            let found = about(&report);
            assert_eq!(found["near.receipt"], "pass");
            assert_eq!(found["near.receipt.body/request"], "unknown no-reference");
            assert_eq!(report.verdict.state, State::Warning, "as without it");
            let (request, response) = text.split_once(':').unwrap();
            case.policy["near"] = json!({ "request": request, "response": response });
            let found = about(&case.examine());
            assert_eq!(found["near.receipt.body/request"], "pass");
            assert_eq!(found["near.receipt.body/response"], "pass");
        }
    });
}

#[test]
fn a_signature_over_a_response_that_is_wrong_is_told_so() {
    remembering(|| {
        for (finding, becomes, spoil) in SIGNED {
            let (mut case, mut signed) = (case(), signed_by_model(&signed_text()));
            spoil(&mut case, &mut signed);
            case.files.push(signed.to_string().into_bytes());
            let report = case.examine();
            let found = about(&report);
            let told: Vec<&String> = found
                .iter()
                .filter(|(name, _)| name.split('/').next() == Some(finding))
                .map(|(_, told)| told)
                .collect();
            assert!(told.iter().all(|told| *told == becomes), "{becomes}: {found:?}");
            assert!(!told.is_empty(), "{becomes}");
            let bodies = found.iter().filter(|(name, _)| name.starts_with("near.receipt.body"));
            if *finding == "near.receipt" {
                let blocked = bodies.clone().all(|(_, told)| told.starts_with("blocked by "));
                assert!(blocked, "{becomes}: {found:?}");
            }
            if becomes.starts_with("fail") {
                assert_eq!(report.verdict.state, State::Failed, "{becomes}");
            }
        }
    });
}

#[test]
fn a_signature_of_a_machine_whose_quote_names_another_key_shows_nothing() {
    let mut case = case();
    let mut data = case.spec.gateway.report_data();
    data[31] ^= 1;
    case.spec.gateway.report_data = Some(data);
    case.files.push(signed_by_gateway(&signed_text()).to_string().into_bytes());
    let found = about(&case.examine());
    assert_eq!(found["near.receipt"], "blocked by near.report-data");
    assert_eq!(found["near.receipt.body/response"], "blocked by near.report-data");
}

/// Text, signature and address as NEAR AI's documentation of chat verification has them.
#[test]
fn the_published_signatures_of_the_service_are_of_the_published_addresses() {
    const PUBLISHED: [(&str, &str, &str); 2] = [
        (
            "65b0adb47d0450971803dfb18d0ce4af4a64d27420a43d5aad4066ebf10b81b5:e508d818744d175a62aae1a9fb3f373c075460cbe50bf962a88ac008c843dff1",
            "f28f537325c337fd96ae6e156783c904ca708dcd38fb8a476d1280dfc72dc88e4fcb5c3941bdd4f8fe5238a2253b975c6b02ea6a0a450b5b0f9296ab54cf24181b",
            "c51268C9b46140619CBC066A34441a6ca51F85f9",
        ),
        (
            "2ec65b4a042f68d7d4520e21a7135505a5154d52aa87dbd19e9d08021ffe5c4d:bdcfaa70301ea760ad215a2de31e80b7a69ee920c02a4b97ae05d0798b75fe79",
            "b6bed282118266c5bc157bc7a88185dd017826da13c7aeb2aeebb9be88c7c7400047b88528d29f82792df1f2288a1b84e11ffddfe32517d46d5f7056e9082b941c",
            "CaAA4842758658A85785Ad15367a700C601ffEA5",
        ),
    ];
    for (text, signature, address) in PUBLISHED {
        let (signature, address) = (hex::decode(signature).unwrap(), hex::decode(address).unwrap());
        let holds = |text: &str, signature: &[u8], address: &[u8]| {
            let (message, octets) = (Message::Bytes(text.as_bytes()), Signature::Octets(signature));
            verify(Algorithm::Ethereum, address, message, octets).is_ok()
        };
        assert!(holds(text, &signature, &address));
        assert!(!holds(&text[1..], &signature, &address));
        for place in 0..signature.len() {
            let mut changed = signature.clone();
            changed[place] ^= 1;
            assert!(!holds(text, &changed, &address), "{place}");
        }
        assert!(!holds(text, &signature[..64], &address));
        for place in 0..address.len() {
            let mut changed = address.clone();
            changed[place] ^= 1;
            assert!(!holds(text, &signature, &changed), "{place}");
        }
    }
}

#[test]
fn every_spoiled_thing_turns_exactly_its_check() {
    remembering(|| {
        let healthy = findings(&case().examine());
        let mut wrong = Vec::new();
        for (number, Row { finding, becomes, spoil, also }) in ROWS.iter().enumerate() {
            let label = format!("row {number}, {finding} {becomes}");
            let mut case = case();
            spoil(&mut case);
            let report = case.examine();
            let expected = Expected { finding, becomes, also };
            wrong.extend(expected.differences(&healthy, &findings(&report), &label));
            if becomes.starts_with("fail") != (report.verdict.state == State::Failed) {
                wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
            }
        }
        println!("{} rows", ROWS.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn sound_report_is_a_warning_and_says_what_is_not_shown() {
    let report = case().examine();
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A3), "nobody named the guests' systems");
    let because: BTreeSet<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(because, BTreeSet::from(["near.actions"]));
    let found = findings(&report);
    for open in ["dstack.os-image", "tdx.mr-config-id", "tdx.software"] {
        assert_eq!(found[&format!("{open}/model-1")], "unknown no-reference", "{open}");
    }
    assert_eq!(found["gpu.measurements/model-1: gpu-1"], "unknown no-reference");
    assert_eq!(found["gpu.machine/model-1: gpu-1"], "unknown not-published");
    assert_eq!(found["near.report-data/gateway"], "pass");
    assert_eq!(found["near.report-data/model-1"], "pass");
    assert_eq!(found["near.gpu/model-1: gpu-1"], "pass");
    assert_eq!(report.flags.key, KeyFlag::Bound);
    assert_eq!(report.flags.custody, Custody::KmsDerived);
    assert_eq!(report.flags.debug, DebugFlag::Off);
    assert_eq!(report.flags.freshness, Freshness::None, "no question of the reader's");
    let stated: Vec<_> = report.stated.iter().map(|s| (s.name, s.said.to_string())).collect();
    let expected = [("host", "gateway.example"), ("model", "SIMULATED/model")];
    assert_eq!(stated, expected.map(|(name, said)| (name, said.to_owned())));
}

#[test]
fn question_that_is_only_repeated_was_answered_by_nobody() {
    let found = findings(&case().examine());
    assert_eq!(found["near.nonce/model-1: request_nonce"], "unknown no-reference");
    assert!(!found.contains_key("near.gpu/model-1: payload"), "the service's word, and no GPU's");
}

/// The address of the number one is published in many places; Keccak-256 by `sha3` alone.
#[test]
fn address_is_of_the_key_by_an_independent_computation() {
    let point = hex::decode(SECP256K1_G).unwrap();
    let hash = sha3::Keccak256::digest(point);
    assert_eq!(hex::encode(&hash[12..]), ADDRESS_OF_G);
}

#[test]
fn question_of_the_readers_makes_it_fresh() {
    let mut case = case();
    case.policy["near"] = json!({ "nonce": hex::encode(NONCE) });
    case.policy["required"].as_array_mut().unwrap().push(json!("near.nonce"));
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    case.policy.as_object_mut().unwrap().remove("near");
    assert!(Policy::from_json(case.policy.to_string().as_bytes()).is_err(), "no value to compare");
}

#[test]
fn empty_policy_verifies_nothing() {
    let mut case = case();
    case.policy = json!({ "name": "empty", "roots": "simulated", "required": [] });
    assert_eq!(case.examine().verdict.state, State::Unknown);
}

#[test]
fn real_roots_refuse_the_simulated_machines() {
    let collateral = CollateralSpec::tdx().bytes();
    let report = examine(&NearSpec::default().bytes(), &[&collateral], None, NOW).unwrap();
    assert_eq!(report.policy.name, "near");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn built_in_policy_of_the_simulation_accepts_both_forms() {
    let policy = builtin("simulated-machine").unwrap().policy().unwrap();
    let collateral = CollateralSpec::tdx().bytes();
    let spec = NearSpec::default();
    let machine = spec.models[0].json(false).to_string().into_bytes();
    for (kind, input) in [("near-report", spec.bytes()), ("near-machine", machine)] {
        let report = examine(&input, &[&collateral], Some(&policy), NOW).unwrap();
        assert_eq!(report.subject.kind, kind);
        assert_eq!(report.verdict.state, State::Warning, "{kind}: {:?}", report.verdict.because);
        assert_eq!(report.assurance.level, Some(Level::A4), "{kind}");
        let except: Vec<&str> = report.assurance.except.iter().map(|check| check.id).collect();
        assert_eq!(except, ["near.actions"], "what the manager starts is measured nowhere");
    }
}

#[test]
fn machine_alone_has_findings_without_its_name() {
    let machine = NearSpec::default().models[0].json(false);
    let report = case().examine_json(&machine);
    let found = findings(&report);
    assert_eq!(found["near.report-data"], "pass");
    assert_eq!(found["near.gpu/gpu-1"], "pass");
    assert_eq!(found["near.one-nonce"], "unknown not-applicable");
}

/// The answer of a machine repeats itself in `all_attestations`; another one there is a machine of
/// its own.
#[test]
fn no_machine_of_an_answer_is_left_out() {
    let own = NearSpec::default().models[0].json(false);
    let mut machine = own.clone();
    machine["all_attestations"] = json!([own]);
    let found = findings(&case().examine_json(&machine));
    assert!(found.contains_key("near.report-data"), "it is the same machine");
    let mut other = MachineSpec::model();
    other.td.td_attributes |= 1;
    machine["all_attestations"] = json!([own, other.json(false)]);
    let report = case().examine_json(&machine);
    let found = findings(&report);
    assert_eq!(found["near.report-data/machine-1"], "pass");
    assert!(found["tdx.attributes.debug/machine-2"].starts_with("fail"));
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(report.flags.debug, DebugFlag::On);
}

#[test]
fn one_machine_of_several_that_fails_makes_the_whole_fail() {
    let mut case = case();
    let mut debug = MachineSpec::model();
    debug.td.td_attributes |= 1;
    debug.instance = [0x77; 20];
    debug.manager_instance = [0x77; 20];
    case.spec.models.push(debug);
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    assert!(found["tdx.attributes.debug/model-2"].starts_with("fail"));
    assert_eq!(found["tdx.attributes.debug/model-1"], "pass");
}

#[test]
fn too_many_machines_or_gpus_are_refused() {
    let case = case();
    let mut json = case.spec.json();
    let model = json["model_attestations"][0].clone();
    json["model_attestations"] = json!(vec![model.clone(); 16]);
    let error = case.examine_bytes(json.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.code(), "too-large", "a gateway and sixteen");
    let mut json = case.spec.json();
    json["model_attestations"][0]["nvidia_payload"] =
        json!({ "nonce": "", "evidence_list": vec![json!({}); 17] });
    assert_eq!(case.examine_bytes(json.to_string().as_bytes()).unwrap_err().code(), "too-large");
}

#[test]
fn machine_in_another_form_is_named_and_leaves_the_whole_open() {
    let case = case();
    let mut json = case.spec.json();
    let other = json!({ "attestation_type": "chutes", "quote_b64": "AAAA", "gpu_evidence": [] });
    json["model_attestations"].as_array_mut().unwrap().push(other);
    let report = case.examine_json(&json);
    assert_eq!(report.verdict.state, State::Unknown);
    let found = findings(&report);
    assert_eq!(found["near.form/model-2"], "unknown not-supported");
    assert_eq!(found["near.form/model-1"], "pass");
}

#[test]
fn gpus_that_cannot_be_read_or_are_absent_are_named() {
    let case = case();
    let changed = |change: fn(&mut Json)| {
        let mut json = case.spec.json();
        let payload = model(&mut json)["nvidia_payload"].as_str().unwrap().to_owned();
        let mut payload: Json = serde_json::from_str(&payload).unwrap();
        change(&mut payload);
        model(&mut json)["nvidia_payload"] = payload;
        findings(&case.examine_json(&json))
    };
    let gpu = "near.gpu/model-1: gpu-1";
    let found = changed(|payload| payload["evidence_list"][0]["arch"] = json!("BLACKWELL"));
    assert_eq!(found[gpu], "pass", "what the service calls the GPU decides nothing");
    let found = changed(|payload| payload["evidence_list"][0]["evidence"] = json!("AAAA"));
    assert_eq!(found[gpu], "unknown not-supported");
    let found = changed(|payload| payload["evidence_list"][0]["certificate"] = json!("AAAA"));
    assert_eq!(found[gpu], "unknown not-supported");
    let found = changed(|payload| payload["evidence_list"] = json!([]));
    assert_eq!(found["near.gpu/model-1"], "unknown not-published");
    let mut json = case.spec.json();
    model(&mut json).as_object_mut().unwrap().remove("nvidia_payload");
    let found = findings(&case.examine_json(&json));
    assert_eq!(found["near.gpu/model-1"], "unknown not-published");
    assert!(!found.keys().any(|name| name.starts_with("gpu.")));
}

#[test]
fn manager_without_a_quote_is_not_published() {
    let case = case();
    let mut json = case.spec.json();
    model(&mut json)["compose_manager_attestation"].as_object_mut().unwrap().remove("quote");
    let report = case.examine_json(&json);
    assert_eq!(findings(&report)["near.manager/model-1"], "unknown not-published");
    assert!(report.verdict.state >= State::NotPublished);
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let case = case();
    let failed = |what: &str, json: &Json, finding: &str| {
        let report = case.examine_json(json);
        assert_eq!(report.verdict.state, State::Failed, "{what}");
        let found = findings(&report);
        assert!(found[finding].starts_with("fail"), "{what}: {}", found[finding]);
    };
    let whole = case.spec.json();
    let gateway = &whole["gateway_attestation"];
    let mut other = NearSpec::default();
    other.gateway.nonce = [0x33; 32];
    other.models[0].nonce = [0x33; 32];
    other.models[0].gpus[0].nonce = [0x33; 32];
    other.models[0].manager_nonce = [0x33; 32];
    other.models[0].instance = [0x99; 20];
    other.models[0].manager_instance = [0x99; 20];
    let other = other.json();
    remembering(|| {
        let mut json = whole.clone();
        model(&mut json)["intel_quote"] = gateway["intel_quote"].clone();
        failed("the gateway's quote", &json, "near.report-data/model-1");

        let mut json = whole.clone();
        json["model_attestations"] = other["model_attestations"].clone();
        failed("the model's answer to another question", &json, "near.one-nonce/model-1");

        for (what, member, finding) in [
            ("GPU evidence of another question", "nvidia_payload", "near.gpu/model-1: gpu-1"),
            ("another question", "request_nonce", "near.nonce/model-1: request_nonce"),
            ("the log of another machine", "event_log", "eventlog.replay/model-1: rtmr3"),
            ("the agent's words of another machine", "info", "dstack.ids/model-1: instance-id"),
            (
                "the manager of another machine",
                "compose_manager_attestation",
                "near.manager/model-1: registers",
            ),
        ] {
            let mut json = whole.clone();
            model(&mut json)[member] = other["model_attestations"][0][member].clone();
            failed(what, &json, finding);
        }

        let mut json = whole.clone();
        json["gateway_attestation"] = whole["model_attestations"][0].clone();
        json["model_attestations"][0] = gateway.clone();
        failed("gateway and model in each other's place", &json, "near.tls-key/gateway");
    });
}

#[test]
fn every_byte_of_report_data_counts() {
    remembering(|| {
        for at in 0..64 {
            for is_gateway in [true, false] {
                let mut case = case();
                case.spec.tls = case.spec.tls.filter(|_| is_gateway);
                let machine =
                    if is_gateway { &mut case.spec.gateway } else { &mut case.spec.models[0] };
                let mut data = machine.report_data();
                data[at] ^= 1 << (at % 8);
                machine.report_data = Some(data);
                assert_eq!(case.examine().verdict.state, State::Failed, "byte {at}");
            }
        }
    });
}

#[test]
fn machines_on_different_platforms_are_verified_each_with_its_own_collateral() {
    let mut case = case();
    case.model().pck.extension.fmspc = *b"OTHERS";
    let info = TcbInfoSpec { fmspc: hex::encode_upper(b"OTHERS"), ..TcbInfoSpec::tdx() };
    let other =
        CollateralSpec::new(info.sign(), QeIdentitySpec::tdx().sign(), Role::PlatformCa).bytes();
    let open = case.examine();
    assert_eq!(open.verdict.state, State::Unknown, "no TCB info for the model's platform");
    case.files.push(other);
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict.because);
    let found = findings(&report);
    assert_eq!(found["dcap.tcb-info.fmspc/gateway"], "pass");
    assert_eq!(found["dcap.tcb-info.fmspc/model-1"], "pass");
}

#[test]
fn file_about_one_machine_beside_several_is_that_machines() {
    let mut case = case();
    let before = findings(&case.examine());
    case.files.push(case.spec.gateway.compose.clone().into_bytes());
    let report = case.examine();
    assert_eq!(findings(&report), before, "the file says what the machine says");
    assert_eq!(report.files.last().unwrap().became, Became::Used);
    let mut machine = case.spec.gateway.json(true);
    machine["info"]["tcb_info"].as_object_mut().unwrap().remove("app_compose");
    let report = case.examine_json(&machine);
    assert_eq!(findings(&report)["dstack.compose-hash"], "pass", "one machine alone takes it");
}

/// Containers of both machines, and builds of them.
fn with_images(gateway: &str, model: &str) -> Case {
    let mut case = case();
    case.spec.gateway.compose = app_compose(&format!("services: {{a: {{image: '{gateway}'}}}}"));
    case.model().compose = app_compose(&format!("services: {{a: {{image: '{model}'}}}}"));
    case.named();
    case
}

fn build(digest: impl ToString) -> Vec<u8> {
    let build = Build::default();
    let said = build.slsa_statement("image", &digest.to_string());
    BundleSpec::dsse(&build, said).bytes()
}

#[test]
fn containers_are_followed_to_their_source_only_when_every_one_is() {
    let image = ImageSpec::default();
    let reference = format!("registry.simulated.example/image@sha256:{}", image.manifest_digest());
    let open = format!("registry.simulated.example/other@sha256:{}", "c".repeat(64));

    let mut both = with_images(&reference, &reference);
    assert_eq!(both.examine().assurance.level, Some(Level::A4), "no build was handed in");
    both.files.extend([image.manifest_bytes(), image.index_bytes(), build(image.index_digest())]);
    let report = both.examine();
    let found = findings(&report);
    for machine in ["gateway", "model-1"] {
        assert_eq!(found[&format!("oci.subject/{machine}: container 1")], "pass");
        assert_eq!(found[&format!("provenance.commit/{machine}: container 1")], "pass");
    }
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict.because);
    assert_eq!(report.assurance.level, Some(Level::A5));
    let except: Vec<&str> = report.assurance.except.iter().map(|check| check.id).collect();
    assert!(except.contains(&"near.actions"), "{except:?}");

    for other in [&*open, "registry.simulated.example/image:latest"] {
        let mut one = with_images(&reference, other);
        one.files.extend(both.files[1..].to_vec());
        let report = one.examine();
        let state = report.verdict.state;
        assert_eq!(state, State::Warning, "{other}: the level says how far it goes");
        assert_eq!(report.assurance.level, Some(Level::A4), "{other}");
        let found = findings(&report);
        assert_eq!(found["oci.subject/gateway: container 1"], "pass");
        assert!(found["oci.subject/model-1: container 1"].starts_with("unknown"), "{other}");
    }

    let mut none = with_images(&open, &open);
    none.files.push(build(image.manifest_digest()));
    let report = none.examine();
    let container = "gateway: container 1";
    assert_eq!(findings(&report)[&format!("oci.subject/{container}")], "unknown not-fetched");
    none.files.push(image.manifest_bytes());
    let report = none.examine();
    assert_eq!(findings(&report)[&format!("oci.manifest/{container}")], "unknown not-applicable");
    assert_eq!(report.verdict.state, State::Warning, "documents of other images decide nothing");
    for filed in report.files.iter().rev().take(2) {
        assert_eq!(filed.became, Became::NotAboutThis, "{filed:?}");
    }
}

/// Every text in `json` with its place.
fn texts(json: &Json, at: &str, found: &mut Vec<(String, String)>) {
    match json {
        Json::Object(members) => {
            members.iter().for_each(|(name, value)| texts(value, &format!("{at}/{name}"), found));
        }
        Json::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| texts(value, &format!("{at}/{index}"), found));
        }
        Json::String(text) => found.push((at.to_owned(), text.clone())),
        _ => {}
    }
}

/// What nobody signs and nothing is compared with, and parts of the certificate beside its key.
const SAID_ONLY: [&str; 4] = [
    "/gateway_attestation/vpc/vpc_hostname",
    "/model_attestations/0/model_name",
    "/model_attestations/0/compose_manager_attestation/nonce_source",
    "/tls_certificate",
];

/// A handful of characters of every text: the whole sweep of a quote is the quote's own test.
#[test]
fn changed_value_is_refused_or_shown_or_was_only_said() {
    let case = case();
    let json = case.spec.json();
    let mut all = Vec::new();
    texts(&json, "", &mut all);
    let passes = |report: &Report| -> BTreeMap<String, String> {
        findings(report).into_iter().filter(|(_, outcome)| outcome == "pass").collect()
    };
    remembering(|| {
        let healthy = passes(&case.examine());
        let mut only_said = BTreeSet::new();
        let mut count = 0;
        for (at, text) in &all {
            let step = (text.len() / 5).max(1);
            for index in (0..text.len()).step_by(step) {
                if !text.is_char_boundary(index) || !text.is_char_boundary(index + 1) {
                    continue;
                }
                let mut changed = text.clone();
                let other = if &text[index..=index] == "0" { "1" } else { "0" };
                changed.replace_range(index..=index, other);
                let mut json = json.clone();
                *json.pointer_mut(at).unwrap() = json!(changed);
                count += 1;
                let answer = case.examine_bytes(json.to_string().as_bytes());
                let Ok(report) = &answer else { continue };
                if holds(&answer) && passes(report).len() >= healthy.len() {
                    only_said.insert(at.clone());
                }
            }
        }
        println!("{} texts, {count} changes", all.len());
        let unexpected: Vec<_> =
            only_said.iter().filter(|at| !SAID_ONLY.contains(&at.as_str())).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    });
}

#[test]
fn cut_report_is_refused() {
    let case = case();
    let input = case.spec.bytes();
    remembering(|| {
        for len in (0..input.len()).step_by(input.len() / 200) {
            assert!(!holds(&case.examine_bytes(&input[..len])), "the first {len} bytes");
        }
    });
}

/// The order of the manager's own struct (nearai/compose-manager, `Action`); the gateway sorts on
/// the way.
#[test]
fn list_of_actions_may_have_its_hash_in_the_managers_own_order() {
    let mut case = case();
    let commit = "c".repeat(40);
    case.model().actions_text = Some(format!(
        r#"[{{"timestamp":"2026-01-01T00:00:00Z","action":"compose_up","commit":"{commit}"}},{{"action":"compose_manager_started","image":"registry.example/manager:1"}}]"#
    ));
    let found = findings(&case.examine());
    assert_eq!(found["near.manager/model-1: actions"], "pass");
    assert_eq!(found["near.actions/model-1"], "warn by-list");
}
