//! An Azure confidential VM: for each check, the input that makes exactly it fail, under
//! simulated roots.

use s2s_sim::azure::{AzureSpec, jwk};
use s2s_sim::google::BankHash;
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
    spec: AzureSpec,
    policy: Json,
}

/// Sound evidence, and a policy with a value for everything that the TPM and paravisor say.
fn sound() -> Case {
    let spec = AzureSpec::new(NONCE);
    let mut policy: Json = serde_json::from_str(builtin("snp-azure").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["snp"] = json!({
        "weak-product": "allow",
        "measurements": [hex::encode(spec.report.measurement)],
    });
    policy["azure"] = json!({
        "nonce": hex::encode(NONCE),
        "user-data": "00".repeat(64),
        "registers": { "4": hex::encode(&spec.registers[4]) },
    });
    Case { spec, policy }
}

fn policy(json: &Json) -> Policy {
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn examined(case: &Case) -> Report {
    let policy = policy(&case.policy);
    crate::common::examine(&case.spec.bytes(), &[], Some(&policy), NOW).unwrap()
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(sound, finding, becomes, spoil)
}

const ROWS: &[Row<Case>] = &[
    row("azure.runtime-data", "fail not-equal", |case| {
        case.spec.report_data = Some([7; 64]);
    }),
    row("azure.vmpl", "fail not-equal", |case| case.spec.report.vmpl = 2),
    row("azure.key", "fail not-exactly-one", |case| case.spec.runtime["keys"] = json!([])),
    row("azure.key", "fail not-exactly-one", |case| {
        let key = case.spec.runtime["keys"][0].clone();
        case.spec.runtime["keys"] = json!([key, key]);
    }),
    row("azure.key", "fail wrong-key", |case| case.spec.runtime["keys"][0]["kty"] = json!("EC")),
    row("azure.key", "fail wrong-key", |case| case.spec.runtime["keys"][0]["e"] = json!("AQ")),
    row("azure.key", "fail wrong-key", |case| {
        case.spec.runtime["keys"][0]["n"] = json!("_".repeat(171));
    }),
    row("azure.quote.form", "fail malformed", |case| case.spec.quote.magic = *b"SIMU"),
    row("azure.quote.form", "fail unsupported", |case| case.spec.quote.kind = 0x8017),
    row("azure.quote.signature", "fail bad-signature", |case| {
        case.spec.quote.signer = Key::GoogleTokenSigner;
    }),
    row("azure.quote.signature", "fail bad-signature", |case| {
        case.spec.runtime["keys"][0] = jwk("HCLAkPub", Key::GoogleTokenSigner);
    }),
    row("azure.quote.registers", "fail not-equal", |case| case.spec.registers[9] = vec![0; 32]),
    row("azure.quote.registers", "fail another-selection", |case| {
        case.spec.quote.registers.remove(&9);
        case.spec.registers.remove(9);
    }),
    row("azure.quote.registers", "fail another-bank", |case| {
        case.spec.quote.bank = BankHash::Sha384;
    }),
    row("azure.nonce", "fail not-equal", |case| {
        case.spec.quote.extra_data = b"another".to_vec();
    }),
    row("azure.user-data", "fail not-equal", |case| {
        case.policy["azure"]["user-data"] = json!("01".repeat(64));
    }),
    row("azure.user-data", "fail malformed", |case| {
        case.policy["azure"]["user-data"] = json!("of no digits");
    }),
    row("azure.user-data", "unknown no-reference", |case| {
        case.policy["azure"].as_object_mut().unwrap().remove("user-data");
    }),
    row("azure.paravisor", "fail not-listed", |case| case.spec.report.measurement[0] ^= 1),
    row("azure.paravisor", "unknown no-reference", |case| {
        case.policy["snp"]["measurements"] = json!([]);
    }),
    row("azure.boot/pcr4", "fail not-equal", |case| {
        case.policy["azure"]["registers"]["4"] = json!("00".repeat(32));
    }),
    row("azure.boot/pcr24", "fail missing", |case| {
        case.policy["azure"]["registers"] = json!({ "24": "00".repeat(32) });
    }),
    row("azure.secure-boot", "warn off", |case| {
        case.spec.runtime["vm-configuration"]["secure-boot"] = json!(false);
    }),
    row("azure.secure-boot", "fail off", |case| {
        case.spec.runtime["vm-configuration"]["secure-boot"] = json!(false);
        case.policy["azure"]["without-secure-boot"] = json!("deny");
    }),
];

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
    // The policy allows a product with a published weakness.
    assert_eq!(findings(&report)["snp.product.standing"], "allowed weak-product");
    assert_eq!(report.verdict.state, State::Warning, "{:?}", findings(&report));
    assert_eq!(report.assurance.level, Some(Level::A3), "the paravisor's measurement is known");
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
}

#[test]
fn a_policy_cannot_leave_out_the_paravisors_part() {
    let mut case = sound();
    case.policy["required"] = json!(["snp.report.signature"]);
    case.spec.report_data = Some([7; 64]);
    assert_eq!(examined(&case).verdict.state, State::Failed);
    let mut case = sound();
    case.policy["required"] = json!(["snp.report.signature"]);
    case.spec.report.vmpl = 1;
    assert_eq!(examined(&case).verdict.state, State::Failed);
}

#[test]
fn nothing_counts_under_a_report_that_amd_did_not_sign() {
    let mut case = sound();
    case.spec.report_signer = Key::StrangerP384;
    let report = examined(&case);
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    for check in ["azure.runtime-data", "azure.vmpl", "azure.nonce", "azure.boot"] {
        assert!(found[check].starts_with("blocked by snp."), "{check}: {}", found[check]);
    }
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("azure.")));
}

#[test]
fn a_quote_of_another_machine_does_not_fit() {
    let mut other = sound();
    other.spec.quote.signer = Key::GoogleTokenSigner;
    other.spec.runtime["keys"][0] = jwk("HCLAkPub", Key::GoogleTokenSigner);
    assert_eq!(examined(&other).verdict.state, State::Warning, "sound on its own");
    let mut mixed = sound().spec.json();
    mixed["evidence"]["tpm_quote"] = other.spec.json()["evidence"]["tpm_quote"].clone();
    let policy = policy(&other.policy);
    let mixed = mixed.to_string();
    let report = crate::common::examine(mixed.as_bytes(), &[], Some(&policy), NOW).unwrap();
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(findings(&report)["azure.quote.signature"], "fail bad-signature");
}

#[test]
fn every_spelling_of_the_same_evidence_says_the_same() {
    let case = sound();
    let policy = policy(&case.policy);
    let said = |json: &Json| {
        let text = json.to_string();
        findings(&crate::common::examine(text.as_bytes(), &[], Some(&policy), NOW).unwrap())
    };
    let whole = case.spec.json();
    assert_eq!(said(&whole["evidence"]), said(&whole), "without the platform around it");
    assert_eq!(said(&case.spec.first_form()), said(&whole), "numbers and PEM");
    let mut later = whole.clone();
    later["evidence"]["version"] = json!(2);
    assert_eq!(said(&later), said(&whole), "version 2");
    let mut padded = whole.clone();
    for name in ["hcl_report", "vcek"] {
        let text = whole["evidence"][name].as_str().unwrap();
        let padding = "=".repeat((4 - text.len() % 4) % 4);
        padded["evidence"][name] = json!(format!("{text}{padding}"));
    }
    assert_eq!(said(&padded), said(&whole), "padded");
}

#[test]
fn another_platform_version_or_processor_is_named_in_the_error() {
    let case = sound();
    let error = |json: &Json| {
        crate::common::examine(json.to_string().as_bytes(), &[], None, NOW).unwrap_err()
    };
    let mut tdx = case.spec.json();
    tdx["platform"] = json!("az-tdx");
    assert!(error(&tdx).to_string().contains("az-tdx"));
    let mut later = case.spec.json();
    later["evidence"]["version"] = json!(3);
    assert_eq!(error(&later).code(), "unsupported");
    let mut upper = case.spec.json();
    let text = upper["evidence"]["tpm_quote"]["message"].as_str().unwrap().to_uppercase();
    upper["evidence"]["tpm_quote"]["message"] = json!(text);
    assert_eq!(error(&upper).code(), "malformed");
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let case = sound();
    let policy = policy(&case.policy);
    let bytes = case.spec.bytes();
    let examine = |input: &[u8]| crate::common::examine(input, &[], Some(&policy), NOW);
    let survivors = survivors(&bytes, &changes(&bytes, 7), examine);
    // Nothing signs the version of the paravisor's report, and two are known: 1 becomes 2.
    let version = |change: &Change| {
        let mut changed = bytes.clone();
        changed[change.at] = change.value;
        String::from_utf8(changed).unwrap().contains(r#""hcl_report":"SENMQQI"#)
    };
    let left: Vec<Change> =
        survivors.into_iter().map(|(change, _)| change).filter(|change| !version(change)).collect();
    assert!(left.is_empty(), "{left:x?}");
    cuts(&bytes, examine);
}
