//! A DSSE envelope with its signer's certificate, whose log entry is asked of Rekor: with the
//! log's answer it says what a bundle of the same says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::sigstore::{Build, BundleSpec, Rekor};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::plan::{Further, next};
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Became, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::findings;
use crate::common::{examine, shared};

const ARTIFACT: &[u8] = b"image";

/// A name of an entry: a tree's number of 8 bytes, and a hash.
const NAME: &str =
    "00000000000000010123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn policy() -> Policy {
    let mut json: Json = serde_json::from_str(builtin("sigstore").unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    json["sigstore"] = json!({ "artifact": format!("sha256:{}", Sha256::of(ARTIFACT)) });
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn spec(rekor: Rekor) -> BundleSpec {
    let build = Build::default();
    let statement = build.slsa_statement("image", &Sha256::of(ARTIFACT).to_string());
    let mut spec = BundleSpec::dsse(&build, statement);
    spec.entries[0].rekor = rekor;
    spec
}

/// What slsa-github-generator writes: the envelope, with the certificate in its signature.
fn envelope(bundle: &Json) -> Json {
    let der = &bundle["verificationMaterial"]["certificate"]["rawBytes"];
    let der = STANDARD.decode(der.as_str().unwrap()).unwrap();
    let mut envelope = bundle["dsseEnvelope"].clone();
    envelope["signatures"][0]["keyid"] = json!("");
    let text = STANDARD.encode(der);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    envelope["signatures"][0]["cert"] = json!(pem);
    envelope
}

/// The entry as Rekor answers it.
fn answer(bundle: &Json) -> Json {
    let entry = &bundle["verificationMaterial"]["tlogEntries"][0];
    let hex_of = |value: &Json| hex::encode(STANDARD.decode(value.as_str().unwrap()).unwrap());
    let number = |value: &Json| -> i64 {
        value.as_i64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
    };
    let proof = &entry["inclusionProof"];
    let hashes: Vec<String> = proof["hashes"].as_array().unwrap().iter().map(hex_of).collect();
    json!({ NAME: {
        "attestation": {},
        "body": entry["canonicalizedBody"],
        "integratedTime": number(&entry["integratedTime"]),
        "logID": hex_of(&entry["logId"]["keyId"]),
        "logIndex": number(&entry["logIndex"]),
        "verification": {
            "inclusionProof": {
                "checkpoint": proof["checkpoint"]["envelope"],
                "hashes": hashes,
                "logIndex": proof.get("logIndex").map_or(0, number),
                "rootHash": hex_of(&proof["rootHash"]),
                "treeSize": number(&proof["treeSize"]),
            },
            "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
        },
    } })
}

fn with(envelope: &Json, files: &[&Json]) -> Report {
    let files: Vec<String> = files.iter().map(|file| file.to_string()).collect();
    let files: Vec<&[u8]> = files.iter().map(String::as_bytes).collect();
    examine(envelope.to_string().as_bytes(), &files, Some(&policy()), now()).unwrap()
}

#[test]
fn an_envelope_with_the_logs_answer_says_what_a_bundle_says() {
    for rekor in [Rekor::V1, Rekor::V1Intoto] {
        let bundle = spec(rekor).json();
        let whole = with(&bundle, &[]);
        assert!(whole.verdict.state <= State::Warning, "{:?}", findings(&whole));
        let (envelope, answer) = (envelope(&bundle), answer(&bundle));
        for answer in [answer.clone(), json!([answer])] {
            let report = with(&envelope, &[&answer]);
            assert_eq!(findings(&report), findings(&whole));
            assert_eq!(report.verdict.state, whole.verdict.state);
            assert_eq!(report.files.last().unwrap().became, Became::Used);
            assert_eq!(report.files.last().unwrap().what, "rekor-answer");
        }
        let open = with(&envelope, &[]);
        assert_eq!(findings(&open)["sigstore.log.entry"], "unknown not-fetched");
        assert_eq!(open.verdict.state, State::Unknown);
        assert!(open.wanted.is_empty(), "a simulated log is asked nothing");
    }
}

#[test]
fn an_answer_about_another_record_decides_nothing() {
    let bundle = spec(Rekor::V1).json();
    let open = findings(&with(&envelope(&bundle), &[]));
    let build = Build::default();
    let other = BundleSpec::dsse(&build, build.slsa_statement("other", &"0".repeat(64))).json();
    // The same payload, signed by somebody else.
    let mut stranger = spec(Rekor::V1);
    stranger.signer = s2s_sim::keys::Key::StrangerP256;
    for file in [answer(&other), answer(&stranger.json()), json!([NAME])] {
        let report = with(&envelope(&bundle), &[&file]);
        assert_eq!(findings(&report), open);
        assert_eq!(report.files.last().unwrap().became, Became::NotAboutThis);
    }
}

#[test]
fn an_answer_that_was_changed_does_not_count() {
    let bundle = spec(Rekor::V1).json();
    let (envelope, whole) = (envelope(&bundle), answer(&bundle));
    for (place, value) in [
        ("/integratedTime", json!(1_700_000_000)),
        ("/logID", json!("00".repeat(32))),
        ("/logIndex", json!(7)),
        ("/verification/inclusionProof/rootHash", json!("00".repeat(32))),
        ("/verification/inclusionProof/treeSize", json!(99)),
        ("/verification/inclusionProof/logIndex", json!(98)),
        ("/verification/inclusionProof/hashes", json!(["00".repeat(32)])),
        ("/verification/inclusionProof/checkpoint", json!("not a note")),
        ("/verification/inclusionProof", Json::Null),
        ("/verification/signedEntryTimestamp", json!("AAAA")),
        ("/verification/signedEntryTimestamp", Json::Null),
        ("/body", json!("AAAA")),
    ] {
        let mut changed = whole.clone();
        *changed[NAME].pointer_mut(place).unwrap() = value;
        let state = with(&envelope, &[&changed]).verdict.state;
        assert!(state >= State::Unknown, "{place}: {state:?}");
    }
}

#[test]
fn no_flipped_bit_of_an_answer_says_more() {
    let bundle = spec(Rekor::V1).json();
    let (envelope, answer) = (envelope(&bundle), answer(&bundle).to_string().into_bytes());
    let whole = findings(&with(&bundle, &[]));
    let (policy, envelope) = (policy(), envelope.to_string());
    for at in (0..answer.len()).step_by(11) {
        let mut changed = answer.clone();
        changed[at] ^= 1 << (at % 7);
        let Ok(report) = examine(envelope.as_bytes(), &[&changed], Some(&policy), now()) else {
            continue;
        };
        // The name of an entry says nothing, nor does an attestation that is kept beside it.
        assert!(
            report.verdict.state >= State::Unknown || findings(&report) == whole,
            "byte {at} of {}",
            answer.len()
        );
    }
}

/// A real envelope; nobody can ask the log here.
#[test]
fn the_log_is_searched_by_the_payloads_hash_and_asked_for_each_entry_that_is_found() {
    let Some(path) = shared("vectors/pieces/slsa-generator.intoto.jsonl") else { return };
    let bytes = std::fs::read(path).unwrap();
    let asked = |files: &[&[u8]]| {
        let report = examine(&bytes, files, None, now()).unwrap();
        let own = report.wanted.iter().filter(|wanted| wanted.what.starts_with("rekor-"));
        next(&own.map(Further::from).collect::<Vec<_>>())
    };
    let envelope: Json = serde_json::from_slice(&bytes).unwrap();
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let hash = format!("sha256:{}", Sha256::of(&payload));
    let [search] = asked(&[]).try_into().unwrap();
    assert_eq!(search.host, "rekor.sigstore.dev");
    assert_eq!(search.url, format!("https://rekor.sigstore.dev/api/v1/index/retrieve?hash={hash}"));
    let body: Json = serde_json::from_str(&search.post.unwrap()).unwrap();
    assert_eq!(body, json!({ "hash": hash }));
    assert_eq!(search.reveals, "payload-digest");
    let found = json!([NAME]).to_string();
    let [entry] = asked(&[found.as_bytes()]).try_into().unwrap();
    assert_eq!(entry.url, format!("https://rekor.sigstore.dev/api/v1/log/entries/{NAME}"));
    assert_eq!(entry.post, None);
}
