//! An Azure confidential VM on TDX: for each check, the input that makes exactly it fail, under
//! simulated roots.

use s2s_sim::azure::{AzureTdxSpec, certificates, jwk};
use s2s_sim::intel::{CollateralSpec, QuoteSpec, TdSpec};
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::mutation::{Change, changes, cuts, survivors};
use crate::common::table::{self, Row, Told, assert_rows, findings};

const NONCE: &[u8] = b"SIMULATED question";

/// 2026-06-01.
const NOW: UnixTime = UnixTime(1_780_272_000);

struct Case {
    spec: AzureTdxSpec,
    policy: Json,
    form: fn(&AzureTdxSpec) -> Json,
}

/// Sound evidence with certificates, and a policy with a value for everything that the TPM and the
/// paravisor say.
fn sound() -> Case {
    let mut spec = AzureTdxSpec::new(NONCE);
    let mut policy: Json = serde_json::from_str(builtin("tdx-azure").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["dcap"]["tdx"]["mr-td"] = json!([hex::encode(spec.td.td().mr_td)]);
    policy["azure"] = json!({
        "nonce": hex::encode(NONCE),
        "user-data": "00".repeat(64),
        "registers": { "4": hex::encode(&spec.registers[4]) },
    });
    Case { spec, policy, form: AzureTdxSpec::attested }
}

fn examined(case: &Case) -> Report {
    answer(case, &(case.form)(&case.spec)).unwrap()
}

fn answer(case: &Case, evidence: &Json) -> crate::common::mutation::Answer {
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let collateral = CollateralSpec::tdx().bytes();
    crate::common::examine(evidence.to_string().as_bytes(), &[&collateral], Some(&policy), NOW)
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(sound, finding, becomes, spoil)
}

const ROWS: &[Row<Case>] = &[
    row("azure.runtime-data", "fail not-equal", |case| {
        case.spec.report_data = Some([7; 64]);
    }),
    row("azure.td-report", "fail not-equal", |case| {
        let mut other = kept(case);
        other.mr_td[0] ^= 1;
        case.spec.kept = Some(other);
    }),
    row("azure.td-report", "fail not-equal", |case| {
        let mut other = kept(case);
        other.report_data[0] ^= 1;
        case.spec.kept = Some(other);
    }),
    row("azure.td-report", "fail not-equal", |case| {
        let mut other = kept(case);
        other.tee_tcb_svn[0] ^= 1;
        case.spec.kept = Some(other);
    }),
    row("azure.key", "fail not-exactly-one", |case| case.spec.runtime["keys"] = json!([])),
    row("azure.key", "fail wrong-key", |case| case.spec.runtime["keys"][0]["kty"] = json!("EC")),
    row("azure.quote.form", "fail unsupported", |case| case.spec.quote.kind = 0x8017),
    row("azure.quote.signature", "fail bad-signature", |case| {
        case.spec.quote.signer = Key::GoogleTokenSigner;
    }),
    row("azure.quote.registers", "fail not-equal", |case| case.spec.registers[9] = vec![0; 32]),
    row("azure.certificate", "fail not-equal", |case| {
        case.spec.certificates = certificates(Key::GoogleTokenSigner, Key::GoogleTokenIntermediate);
    }),
    row("azure.certificate", "fail malformed", |case| case.spec.certificates[0][4] ^= 1),
    row("azure.certificate.issuer", "fail bad-signature", |case| {
        let other = certificates(Key::AzureVtpmAttestation, Key::GoogleTokenSigner);
        case.spec.certificates[1] = other[1].clone();
    }),
    row("azure.certificate.issuer", "fail bad-signature", |case| {
        let own = case.spec.certificates[0].clone();
        case.spec.certificates.push(own);
    }),
    row("azure.certificate.issuer", "fail malformed", |case| {
        case.spec.certificates[1][4] ^= 1;
    }),
    row("azure.paravisor", "fail not-listed", |case| {
        case.policy["dcap"]["tdx"]["mr-td"] = json!(["01".repeat(48)]);
    })
    .also(&[("tdx.mrtd", "fail not-listed", "the same measurement of the same quote")]),
    row("azure.paravisor", "unknown no-reference", |case| {
        case.policy["dcap"]["tdx"]["mr-td"] = json!([]);
    })
    .also(&[("tdx.mrtd", "unknown no-reference", "the same measurement of the same quote")]),
    row("azure.paravisor", "unknown no-reference", |case| {
        case.spec.td.td().rtmr[2] = [7; 48];
    }),
    row("azure.nonce", "fail not-equal", |case| {
        case.spec.quote.extra_data = b"another".to_vec();
    }),
    row("azure.user-data", "fail not-equal", |case| {
        case.spec.runtime["user-data"] = json!("01".repeat(64));
    }),
    row("azure.user-data", "fail malformed", |case| {
        case.spec.runtime["user-data"] = json!("of no digits");
    }),
    row("azure.user-data", "fail missing", |case| {
        case.spec.runtime.as_object_mut().unwrap().remove("user-data");
    }),
    row("azure.boot/pcr4", "fail not-equal", |case| {
        case.policy["azure"]["registers"]["4"] = json!("00".repeat(32));
    }),
    row("azure.secure-boot", "warn off", |case| {
        case.spec.runtime["vm-configuration"]["secure-boot"] = json!(false);
    }),
];

/// The TD report that the paravisor keeps in sound evidence.
fn kept(case: &Case) -> TdSpec {
    let quote = case.spec.td_quote();
    let mut own = case.spec.td.clone();
    own.td().report_data = quote[568..632].try_into().unwrap();
    own.td().clone()
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn each_check_has_an_input_that_makes_exactly_it_fail() {
    assert_rows(ROWS, examined);
}

#[test]
fn sound_evidence_answers_the_question_and_never_identifies_an_image() {
    let report = examined(&sound());
    assert_eq!(report.verdict.state, State::Verified, "{:?}", findings(&report));
    assert_eq!(report.assurance.level, Some(Level::A3), "the paravisor's measurement is known");
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    assert_eq!(report.subject.kind, "azure-tdx-evidence");
    let found = findings(&report);
    assert_eq!(found["tdx.software"], "unknown not-applicable");
    assert_eq!(found["azure.certificate.issuer"], "unknown no-reference");
    assert!(!found.contains_key("azure.vmpl"), "a quote does not say who asked for it");
}

#[test]
fn without_a_policys_measurement_the_paravisor_stays_open() {
    let mut case = sound();
    case.policy["dcap"]["tdx"].as_object_mut().unwrap().remove("mr-td");
    let report = examined(&case);
    let found = findings(&report);
    for check in ["azure.paravisor", "tdx.mrtd", "tdx.rtmr/rtmr0"] {
        assert_eq!(found[check], "unknown no-reference", "{check}");
    }
    assert_eq!(report.assurance.level, Some(Level::A3));
}

#[test]
fn every_spelling_of_the_same_evidence_says_the_same() {
    let case = sound();
    let said = |form: Json| {
        let mut found = findings(&answer(&case, &form).unwrap());
        found.retain(|check, _| !check.starts_with("azure.certificate"));
        found
    };
    let whole = said(case.spec.attested());
    let version1 = case.spec.json();
    let mut version2 = version1.clone();
    version2["version"] = json!(2);
    let named = json!({ "platform": "az-tdx", "evidence": version1 });
    for form in [case.spec.first_form(), version1, version2, named] {
        assert_eq!(said(form), whole);
    }
}

/// JSON as YAML, in blocks throughout or with flow sequences of numbers.
fn yaml(json: &Json, indent: usize, flow: bool) -> String {
    let margin = " ".repeat(indent);
    match json {
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| match value {
                Json::Object(_) => format!("{margin}{name}:\n{}", yaml(value, indent + 2, flow)),
                Json::Array(items) if items.iter().any(|item| !item.is_number()) => {
                    format!("{margin}{name}:\n{}", yaml(value, indent, flow))
                }
                Json::Array(items) if !flow && !items.is_empty() => {
                    format!("{margin}{name}:\n{}", yaml(value, indent, flow))
                }
                _ => format!("{margin}{name}: {}\n", yaml(value, indent + 2, flow)),
            };
            members.iter().map(member).collect()
        }
        Json::Array(items) if items.iter().all(Json::is_number) && (flow || items.is_empty()) => {
            json.to_string()
        }
        Json::Array(items) => items
            .iter()
            .map(|item| match item {
                Json::Array(_) if !flow => {
                    let inner = yaml(item, indent + 2, flow);
                    format!("{margin}- {}", inner.trim_start())
                }
                _ => format!("{margin}- {}\n", yaml(item, indent + 2, flow)),
            })
            .collect(),
        Json::String(text) => {
            let lines: Vec<String> = text.lines().map(|line| format!("{margin}{line}")).collect();
            format!("|\n{}", lines.join("\n"))
        }
        _ => json.to_string(),
    }
}

#[test]
fn the_same_evidence_in_yaml_says_the_same() {
    let case = sound();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let collateral = CollateralSpec::tdx().bytes();
    for flow in [true, false] {
        let text = yaml(&case.spec.attested(), 0, flow);
        let report = crate::common::examine(text.as_bytes(), &[&collateral], Some(&policy), NOW);
        let report = report.unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(findings(&report), findings(&examined(&case)));
    }
}

#[test]
fn nothing_counts_under_a_quote_that_intel_did_not_vouch_for() {
    let mut case = sound();
    case.spec.td.signer = Key::StrangerP256;
    let report = examined(&case);
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    for check in ["azure.runtime-data", "azure.td-report", "azure.nonce", "azure.paravisor"] {
        assert!(found[check].starts_with("blocked by dcap."), "{check}: {}", found[check]);
    }
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("azure.")));
}

#[test]
fn a_policy_cannot_leave_out_the_paravisors_part() {
    let mut case = sound();
    case.policy["required-of"] = json!({});
    case.policy["required"] = json!(["dcap.quote.signature"]);
    assert_eq!(examined(&case).verdict.state, State::Verified);
    case.spec.report_data = Some([7; 64]);
    assert_eq!(examined(&case).verdict.state, State::Failed);
}

#[test]
fn parts_of_two_processors_are_refused() {
    let case = sound();
    let error = |json: Json| answer(&case, &json).unwrap_err();
    let snp = s2s_sim::azure::AzureSpec::new(NONCE);
    let mut mixed = case.spec.json();
    mixed["hcl_report"] = snp.first_form()["report"].clone();
    assert!(error(mixed).to_string().contains("another processor"));
    let mut both = case.spec.json();
    both["vcek"] = snp.first_form()["vcek"].clone();
    assert!(error(both).to_string().contains("two processors"));
    let named = json!({ "platform": "az-snp", "evidence": case.spec.json() });
    assert_eq!(error(named).code(), "unsupported");
    let mut enclave = case.spec.json();
    enclave["td_quote"] = QuoteSpec::sgx_v3().bytes().into();
    assert_eq!(error(enclave).code(), "unsupported");
    let mut log = case.spec.attested();
    log["tpm_attestation"]["event_log"] = json!([1]);
    log["tpm_attestation"]["instance_info"] = json!([1]);
    // Nobody signed them: the log is said not to be read, and the rest is as before.
    let whole = findings(&answer(&case, &case.spec.attested()).unwrap());
    let mut found = findings(&answer(&case, &log).unwrap());
    assert_eq!(found.remove("eventlog.replay").as_deref(), Some("unknown not-supported"));
    assert_eq!(found, whole);
}

#[test]
fn a_quote_of_another_machine_does_not_fit() {
    let mut other = sound();
    other.spec.quote.signer = Key::GoogleTokenSigner;
    other.spec.runtime["keys"][0] = jwk("HCLAkPub", Key::GoogleTokenSigner);
    other.form = AzureTdxSpec::json;
    assert_eq!(examined(&other).verdict.state, State::Verified, "sound on its own");
    let mut mixed = sound().spec.json();
    mixed["hcl_report"] = other.spec.json()["hcl_report"].clone();
    let report = answer(&other, &mixed).unwrap();
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(findings(&report)["azure.runtime-data"], "fail not-equal");
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let case = sound();
    let bytes = case.spec.json().to_string().into_bytes();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let collateral = CollateralSpec::tdx().bytes();
    let examine = |input: &[u8]| crate::common::examine(input, &[&collateral], Some(&policy), NOW);
    let report = case.spec.hcl_report();
    let left: Vec<Change> = survivors(&bytes, &changes(&bytes, 7), examine)
        .into_iter()
        .map(|(change, _)| change)
        .filter(|change| !is_for_its_own_processor(&bytes, *change, &report))
        .collect();
    assert!(left.is_empty(), "{left:x?}");
    cuts(&bytes, examine);
}

/// Whether a change is to bytes that nothing outside of the processor can check: the version of the
/// paravisor's report (two are known), and of the TD report its version, CPUSVN, hashes, MAC,
/// VALID, and what a quote does not repeat.
fn is_for_its_own_processor(bytes: &[u8], change: Change, report: &[u8]) -> bool {
    let mut changed = bytes.to_vec();
    changed[change.at] = change.value;
    let Ok(json) = serde_json::from_slice::<Json>(&changed) else { return false };
    let Some(text) = json["hcl_report"].as_str() else {
        // Version 1 became version 2, or a name of another attester's for the same part.
        return false;
    };
    if json["version"] == json!(2) {
        return true;
    }
    use base64::Engine as _;
    let Ok(own) = base64::engine::general_purpose::URL_SAFE.decode(text) else { return false };
    let td = 32;
    let free = [
        4..8,
        td + 2..td + 3,
        td + 16..td + 128,
        td + 224..td + 264,
        td + 384..td + 512,
        td + 912..td + 1024,
    ];
    own.len() == report.len()
        && own != report
        && own
            .iter()
            .zip(report)
            .enumerate()
            .all(|(at, (a, b))| a == b || free.iter().any(|range| range.contains(&at)))
}
