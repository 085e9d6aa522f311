//! Policy files are read strictly, and the built-in ones ask for something.

use silicon_to_source::builds::provenance::policy::RefRule;
use silicon_to_source::engine::policy::{MAX_POLICY, Policy};
use silicon_to_source::engine::{Builtin, builtin};
use silicon_to_source::error::Error;
use silicon_to_source::finding::Rule;
use silicon_to_source::formats::{intel, snp};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::policy::Machine;

fn read(json: &str) -> Result<Policy, Error> {
    Policy::from_json(json.as_bytes())
}

#[test]
fn every_built_in_policy_is_read_and_requires_something() {
    let mut names = Vec::new();
    for builtin_policy in Builtin::all() {
        let policy = builtin_policy.policy().unwrap();
        assert_eq!(policy.name, builtin_policy.name);
        assert!(!policy.required.is_empty(), "{}", policy.name);
        assert!(!policy.description.is_empty(), "{}", policy.name);
        assert!(!policy.snp.vmpl.contains(&u32::MAX), "the host's own reports are not accepted");
        assert_eq!((policy.snp.debug, policy.snp.migration_agent), (Rule::Deny, Rule::Deny));
        let simulated = policy.roots == Roots::Simulated;
        assert_eq!(simulated, policy.name.starts_with("simulated"), "{}", policy.name);
        let mut required: Vec<&str> = policy.required.iter().map(|check| check.id).collect();
        required.sort_unstable();
        required.dedup();
        assert_eq!(required.len(), policy.required.len(), "{} names one twice", policy.name);
        names.push(builtin_policy.name);
    }
    let tdx = ["tdx", "tdx-gcp", "tdx-dstack", "tdx-azure"];
    let machines =
        ["sgx", "nitro", "tinfoil", "tinfoil-enclave", "confidential-space", "google-vm"];
    let services = [
        "trust-authority",
        "kms-token",
        "azure-attestation",
        "nras",
        "gpu",
        "launch",
        "apple",
        "providers",
        "aci",
        "near",
    ];
    let quotes = ["vtpm", "eigencompute-tdx", "eigencompute-snp", "eigencompute-shielded"];
    let builds = ["sigstore", "tinfoil-witness", "cloud-build", "coordinator"];
    let made_up = ["simulated", "simulated-machine", "simulated-build"];
    let expected = [
        &["snp", "snp-strict", "snp-azure"][..],
        &tdx,
        &machines,
        &services,
        &quotes,
        &builds,
        &made_up,
    ]
    .concat();
    assert_eq!(names, expected);
    assert!(builtin("nothing").is_none());
}

#[test]
fn policies_with_hardware_require_the_signature_and_no_debugging() {
    for name in ["snp", "snp-strict", "tinfoil", "simulated"] {
        let policy = builtin(name).unwrap().policy().unwrap();
        for check in [&snp::checks::SNP_REPORT_SIGNATURE, &snp::checks::SNP_POLICY_DEBUG] {
            assert!(policy.required.contains(&check), "{name}: {check}");
        }
    }
}

#[test]
fn policies_for_coordinators_require_the_signature_and_no_debugging_of_either_machine() {
    for name in ["coordinator", "simulated"] {
        let policy = builtin(name).unwrap().policy().unwrap();
        let snp = policy.for_coordinator(Some(Machine::Snp));
        let tdx = policy.for_coordinator(Some(Machine::Tdx));
        for check in [&snp::checks::SNP_REPORT_SIGNATURE, &snp::checks::SNP_POLICY_DEBUG] {
            assert!(snp.required.contains(&check), "{name}: {check}");
        }
        for check in [&intel::checks::DCAP_QUOTE_SIGNATURE, &intel::checks::TDX_DEBUG] {
            assert!(tdx.required.contains(&check), "{name}: {check}");
        }
        for policy in [&snp, &tdx, &policy.for_coordinator(None)] {
            for check in
                [&coordinator::checks::COORDINATOR_IMAGE, &coordinator::checks::BINDING_SEALED_KEY]
            {
                assert!(policy.required.contains(&check), "{name}: {check}");
            }
        }
        assert_eq!(snp.sha256, policy.sha256);
    }
}

#[test]
fn anything_unknown_in_a_policy_is_an_error_that_names_it() {
    let cases = [
        (r#"{"name":"a","required":[],"requird":[]}"#, "requird"),
        (r#"{"name":"a","required":[],"snp":{"debugg":"deny"}}"#, "debugg"),
        (r#"{"name":"a","required":[],"snp":{"debug":"refuse"}}"#, "refuse"),
        (r#"{"name":"a","required":[],"snp":{"products":["rome"]}}"#, "rome"),
        (r#"{"name":"a","required":[],"snp":{"tcb-floor":{"ucode":1}}}"#, "ucode"),
        (r#"{"name":"a","required":[],"snp":{"minimum-firmware":{"major":1,"minor":1}}}"#, "build"),
        (r#"{"name":"a","required":[],"provenance":{"repo":"x"}}"#, "repo"),
        (r#"{"name":"a","required":[],"provenance":{"reference":"any"}}"#, "any"),
        (r#"{"name":"a","required":[],"roots":"mine"}"#, "mine"),
        (r#"{"name":"a","required":["snp.report.signatur"]}"#, "snp.report.signatur"),
        (r#"{"name":"a"}"#, "required"),
        (r#"{"required":[]}"#, "name"),
        (r#"{"name":"a","name":"b","required":[]}"#, "appears twice"),
        (r#"{"name":"a","required":[],"snp":{"smt":"deny","smt":"allow"}}"#, "appears twice"),
        (r#"{"name":"a","required":[],"snp":{"host-data":"00"}}"#, "64 hex digits"),
        (r#"{"name":"a","required":[],"snp":{"measurements":["00"]}}"#, "96 hex digits"),
        (r#"{"name":"a","required":[]} {}"#, "trailing"),
        ("[]", "expected"),
        ("", "EOF"),
    ];
    for (json, names) in cases {
        let error = read(json).unwrap_err();
        assert!(error.to_string().contains(names), "{json}: {error}");
        assert!(error.to_string().contains("policy file"), "{json}: {error}");
    }
}

#[test]
fn oversize_policy_is_refused_unread() {
    let mut json = builtin("snp").unwrap().json.to_owned();
    json.push_str(&" ".repeat(MAX_POLICY - json.len()));
    assert!(read(&json).is_ok(), "at the limit");
    json.push(' ');
    assert_eq!(read(&json).unwrap_err().code(), "too-large");
}

#[test]
fn policy_is_hashed_over_its_exact_bytes() {
    let (a, b) = (r#"{"name":"a","required":[]}"#, r#"{"name":"a","required":[] }"#);
    let (a, b) = (read(a).unwrap(), read(b).unwrap());
    assert_ne!(a.sha256, b.sha256);
    // printf '{"name":"a","required":[]}' | sha256sum
    assert_eq!(
        a.sha256.to_string(),
        "c3d376dcfdfb367ad6fcb2858da9ead3cd71094967bb3e577c9c34eff57c4c27"
    );
}

#[test]
fn refs_are_compared_whole() {
    let exact = RefRule::Exact("refs/heads/main".into());
    assert!(exact.accepts("refs/heads/main"));
    assert!(!exact.accepts("refs/heads/main2") && !exact.accepts("xrefs/heads/main"));
    assert!(RefRule::AnyTag.accepts("refs/tags/v1"));
    assert!(!RefRule::AnyTag.accepts("refs/tags/") && !RefRule::AnyTag.accepts("x/refs/tags/v1"));
}
