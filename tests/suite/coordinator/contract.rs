//! The contract's test vectors against this crate, and both against a second implementation in
//! Python.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use silicon_to_source::digest::Sha512;
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::carrier::EigenPlatform;
use silicon_to_source::services::coordinator::parse::{Binding, Document};

use crate::common::skipped;

const VECTORS: &str = include_str!("../../../www/contract/test-vectors.json");
const EXAMPLE: &str = include_str!("../../../www/contract/example.json");

fn cases() -> Vec<Json> {
    let vectors: Json = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors["domain"], coordinator::parse::carrier::DOMAIN);
    vectors["cases"].as_array().unwrap().clone()
}

fn bytes(case: &Json, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(case[member].as_str().unwrap()).unwrap()
}

#[test]
fn every_vector_has_the_digest_that_this_crate_computes() {
    let cases = cases();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let d =
            coordinator::parse::carrier::digest(&bytes(&case, "nonce"), &bytes(&case, "binding"))
                .unwrap();
        assert_eq!(d.to_string(), case["d"], "{}", case["name"]);
        let framed = hex::decode(case["framed"].as_str().unwrap()).unwrap();
        assert_eq!(d, Sha512::of(&framed));
    }
}

#[test]
fn every_vector_has_what_each_carrier_makes_of_the_digest() {
    for case in cases() {
        let d: Sha512 = case["d"].as_str().unwrap().parse().unwrap();
        let carriers = &case["carriers"];
        assert_eq!(d.to_string(), carriers[coordinator::parse::carrier::DIRECT]);
        assert_eq!(d.to_string(), carriers[coordinator::parse::carrier::NITRO]);
        assert_eq!(
            coordinator::parse::carrier::eat_nonce(&d),
            carriers[coordinator::parse::carrier::EAT_NONCE]
        );
        assert_eq!(coordinator::parse::carrier::eat_nonce(&d).len(), 86);
        assert_eq!(
            coordinator::parse::carrier::tpm_qualifying_data(&d).to_string(),
            carriers[coordinator::parse::carrier::TPM]
        );
        let dstack = coordinator::parse::carrier::dstack_report_data(&d).to_string();
        assert_eq!(dstack, carriers[coordinator::parse::carrier::DSTACK_APPDATA]);
        let eigen = &carriers[coordinator::parse::carrier::EIGEN_BOUND];
        let key = hex::decode(eigen["attestation_key_spki"].as_str().unwrap()).unwrap();
        assert_eq!(
            coordinator::parse::carrier::eigen_report_data(&d, &key).to_string(),
            eigen["report_data"]
        );
        for (platform, tag) in [
            (EigenPlatform::IntelTdx, "INTEL_TDX"),
            (EigenPlatform::AmdSevSnp, "AMD_SEV_SNP"),
            (EigenPlatform::ShieldedVm, "GCP_SHIELDED_VM"),
        ] {
            let data = coordinator::parse::carrier::eigen_qualifying_data(&d, platform).to_string();
            assert_eq!(data, eigen["qualifying_data"][tag]);
        }
    }
}

#[test]
fn lengths_keep_what_runs_together_apart() {
    let [first, second] = [("A", "BC"), ("AB", "C")].map(|(nonce, binding)| {
        coordinator::parse::carrier::digest(nonce.as_bytes(), binding.as_bytes()).unwrap()
    });
    assert_ne!(first, second);
    assert!(
        coordinator::parse::carrier::digest(&[0; 65], b"").is_err(),
        "a nonce has at most 64 bytes"
    );
    assert!(
        coordinator::parse::carrier::digest(b"", &[0; 65_537]).is_err(),
        "a binding has at most 64 KiB"
    );
}

#[test]
fn the_example_is_read_and_grows_without_breaking() {
    let document = Document::parse(EXAMPLE.as_bytes()).unwrap();
    let binding = Binding::parse(&document.binding.bytes.0).unwrap();
    assert_eq!(binding.evidence_types, document.types());
    let mut grown: Json = serde_json::from_str(EXAMPLE).unwrap();
    grown["member_of_a_later_version"] = true.into();
    grown["evidence"][0]["type"] = "later-type".into();
    let grown = Document::parse(grown.to_string().as_bytes()).unwrap();
    assert_eq!(grown.types(), ["cos-cel", "later-type"]);
}

#[test]
fn documents_that_the_schema_refuses_are_refused() {
    let change = |change: fn(&mut Json)| {
        let mut document: Json = serde_json::from_str(EXAMPLE).unwrap();
        change(&mut document);
        Document::parse(document.to_string().as_bytes())
    };
    assert!(change(|_| {}).is_ok());
    let refused: [fn(&mut Json); 10] = [
        |document| document["workload"]["index"] = serde_json::json!({}),
        |document| {
            document["source"][0].as_object_mut().unwrap().remove("body");
        },
        |document| document["schema"] = "https://example.com/v2".into(),
        |document| document["nonce"] = "AAECAwQFBgcICQoLDA0ODw==".into(),
        |document| document["freshness"]["mode"] = "fresh".into(),
        |document| document["binding"]["bytes"] = "+/+/".into(),
        |document| document["issued_at"] = "yesterday".into(),
        |document| {
            document["evidence"][0].as_object_mut().unwrap().remove("carrier");
        },
        |document| document["collateral"]["tdx"]["tcb_info"] = serde_json::json!({}),
        |document| {
            let again = document["evidence"][0].clone();
            document["evidence"].as_array_mut().unwrap().push(again);
        },
    ];
    for (number, wrong) in refused.into_iter().enumerate() {
        assert!(change(wrong).is_err(), "{number}");
    }
    let twice = EXAMPLE.replacen('{', "{\"limits\":[],", 1);
    assert!(Document::parse(twice.as_bytes()).is_err(), "a member that appears twice");
}

/// The second implementation: `tests/contract/check.py`, with Python's standard library only, and
/// with the package `jsonschema` for the schema.
#[test]
fn the_second_implementation_agrees() {
    let script =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("tests/contract/check.py");
    let Ok(output) = Command::new("python3").arg(script).output() else {
        skipped("there is no python3, so the contract was not checked a second time");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("vectors: 8 cases agree"), "{said}");
    if said.contains("NOT CHECKED") {
        skipped("Python's package jsonschema is absent, so the schema was not checked");
    }
}
