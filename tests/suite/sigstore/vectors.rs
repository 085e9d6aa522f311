//! Real Sigstore bundles: those in the Sigstore crates, each with the answer of the crate's own
//! tests or of its file name, and the one in a Tinfoil attestation bundle with every way to
//! spoil it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::sigstore::parse::Bundle;
use silicon_to_source::builds::sigstore::verify::conformance::{Signer, verify_bundle};
use silicon_to_source::builds::sigstore::verify::{
    Artifact, TrustedRoot, VerifiedStatement, verify,
};
use silicon_to_source::digest::{Sha256, Sha512};
use silicon_to_source::finding::{Examined, Finding, Outcome, Reason, Why};
use silicon_to_source::time::UnixTime;

use crate::common;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const TINFOIL_IDENTITY: &str = "https://github.com/tinfoilsh/confidential-model-router/.github/workflows/build.yml@refs/tags/v0.0.38";
/// The digest member of the attestation bundle.
const TINFOIL_DIGEST: &str = "5ed9d5c942528ec2eeb759919827f1bc2183c6810f80225a52147dd4020c12a0";

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn data(path: &str) -> Vec<u8> {
    let dir = common::crate_dir("sigstore-verify").expect("sigstore-verify is a dependency");
    std::fs::read(dir.join("test_data").join(path)).expect(path)
}

fn staging() -> TrustedRoot {
    TrustedRoot::from_json(sigstore_trust_root::SIGSTORE_STAGING_TRUSTED_ROOT.as_bytes()).unwrap()
}

fn embedded() -> TrustedRoot {
    TrustedRoot::embedded().unwrap()
}

fn examine(
    bundle: &[u8],
    root: &TrustedRoot,
    artifact: Option<Artifact<'_>>,
) -> Examined<VerifiedStatement> {
    verify(&Bundle::parse(bundle).unwrap(), root, artifact, now())
}

/// The checks that failed.
fn failed(findings: &[Finding]) -> BTreeSet<&'static str> {
    let failed = findings.iter().filter(|f| matches!(f.outcome, Outcome::Fail(_)));
    failed.map(|finding| finding.check.id).collect()
}

fn assert_verifies(bundle: &[u8], root: &TrustedRoot, artifact: Artifact<'_>) -> VerifiedStatement {
    let examined = examine(bundle, root, Some(artifact));
    for finding in &examined.findings {
        let decided =
            matches!(finding.outcome, Outcome::Pass | Outcome::Unknown(Why::NotApplicable));
        assert!(decided, "{finding:?}");
    }
    examined.verified.expect("every step holds")
}

#[test]
fn conda_package_of_rekor_v1_verifies() {
    let package = data("bundles/signed-package-2.1.0-hb0f4dca_0.conda");
    let bundle = data("bundles/conda-attestation.sigstore.json");
    let verified = assert_verifies(&bundle, &embedded(), Artifact::Bytes(&package));
    let name = verified.identity().san().and_then(|name| name.text());
    assert_eq!(
        name,
        Some(
            "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main"
        )
    );
    assert_eq!(verified.logged()[0].host, "rekor.sigstore.dev");
}

#[test]
fn conda_package_of_rekor_v2_verifies_with_its_timestamp() {
    let package = data("bundles/signed-package-2.1.0-hb0f4dca_0.conda");
    let bundle = data("bundles/conda-attestation-rekor2.sigstore.json");
    assert_verifies(&bundle, &staging(), Artifact::Bytes(&package));
}

#[test]
fn rekor_v2_takes_size_and_root_from_the_checkpoint() {
    let bundle = data("bundles/conda-attestation-rekor2.sigstore.json");
    let mut json: Json = serde_json::from_slice(&bundle).unwrap();
    let path = &mut json["verificationMaterial"]["tlogEntries"][0]["inclusionProof"];
    path["logIndex"] = json!("0");
    path["treeSize"] = json!("1");
    path["rootHash"] = json!(STANDARD.encode([0; 32]));
    let package = data("bundles/signed-package-2.1.0-hb0f4dca_0.conda");
    assert_verifies(json.to_string().as_bytes(), &staging(), Artifact::Bytes(&package));
}

#[test]
fn blob_with_timestamp_and_promise_verifies_at_both_times() {
    let blob = data("bundles/cosign-v3-blob.txt");
    let bundle = data("bundles/cosign-v3-blob.sigstore.json");
    let verified = assert_verifies(&bundle, &embedded(), Artifact::Bytes(&blob));
    assert_eq!(verified.identity().issuer(), Some("https://github.com/login/oauth"));
    assert!(verified.statement().is_none());
    assert!(!verified.signed_at().is_empty());
}

#[test]
fn npm_provenance_verifies_by_its_sha512_subject() {
    let digest: Sha512 = "46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c".parse().unwrap();
    let bundle = data("bundles/sigstore.js@2.0.0-provenance.sigstore.json");
    assert_verifies(&bundle, &embedded(), Artifact::Sha512(digest));
}

#[test]
fn staging_bundles_of_sigstore_python_verify() {
    let dir = "upstream/sigstore-python";
    let text = data(&format!("{dir}/staging-rekor-v2.txt"));
    let bundle = data(&format!("{dir}/staging-rekor-v2.txt.sigstore.json"));
    assert_verifies(&bundle, &staging(), Artifact::Bytes(&text));
    let bundle = data(&format!("{dir}/a.dsse.staging-rekor-v2.txt.sigstore.json"));
    assert!(examine(&bundle, &staging(), None).verified.is_some());
}

#[test]
fn certificate_of_one_of_many_intermediates_verifies() {
    let root = data("sct-multi-intermediate/staging_trusted_root.json");
    let bundle = data("sct-multi-intermediate/staging_bundle.sigstore.json");
    let examined = examine(&bundle, &TrustedRoot::from_json(&root).unwrap(), None);
    assert_eq!(failed(&examined.findings), BTreeSet::new());
    assert!(examined.verified.is_some());
}

#[test]
fn timestamp_of_the_crate_verifies_under_its_root() {
    let root = TrustedRoot::from_json(&data("timestamps/valid_trusted_root.json")).unwrap();
    let examined = examine(&data("timestamps/valid_bundle.json"), &root, None);
    assert_eq!(failed(&examined.findings), BTreeSet::new());
}

#[test]
fn happy_path_of_sigstore_bundle_verifies() {
    let dir = common::crate_dir("sigstore-bundle").unwrap();
    let bundle = std::fs::read(dir.join("tests/fixtures/happy-path.json")).unwrap();
    let digest: Sha256 =
        "a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf".parse().unwrap();
    assert_verifies(&bundle, &embedded(), Artifact::Sha256(digest));
}

#[test]
fn bundle_without_an_artifact_leaves_only_the_subject_open() {
    let examined = examine(&data("bundles/conda-attestation.sigstore.json"), &embedded(), None);
    let open: Vec<_> = examined
        .findings
        .iter()
        .filter(|f| f.outcome == Outcome::Unknown(Why::NotFetched))
        .map(|f| f.check.id)
        .collect();
    assert_eq!(open, ["sigstore.subject"]);
    assert!(examined.verified.is_some());
}

/// Bundles that must not verify: the file's name or the crate's test says why.
#[test]
fn bad_bundles_of_the_crate_do_not_verify_where_their_names_say() {
    let ct = TrustedRoot::from_json(&data("invalid-ct-key_fail/trusted_root.json")).unwrap();
    for (path, root, expected) in [
        ("invalid-ct-key_fail/bundle.sigstore.json", &ct, "sigstore.sct"),
        ("bundles/bundle_cve_2022_36056.txt.sigstore", &staging(), "sigstore.log.entry"),
        ("bundles/bundle_no_cert_v1.txt.sigstore", &embedded(), "sigstore.bundle"),
        ("bundles/bundle_no_checkpoint.txt.sigstore", &staging(), "sigstore.log.checkpoint"),
        ("bundles/bundle_no_log_entry.txt.sigstore", &staging(), "sigstore.log.entry"),
        ("bundles/bundle_v3_no_signed_time.txt.sigstore.json", &embedded(), "sigstore.time"),
        ("bundles/othername.sigstore.json", &embedded(), "sigstore.log.promise"),
        ("bundles/conda-attestation.sigstore.json", &staging(), "sigstore.log.checkpoint"),
        ("bundles/github-private-attestation.sigstore.json", &embedded(), "sigstore.timestamp"),
    ] {
        let examined = examine(&data(path), root, None);
        // Whom the key list does not have, a newer one may have.
        let open = |f: &&Finding| f.outcome == Outcome::Unknown(Why::NotFetched);
        let mut refused = failed(&examined.findings);
        refused.extend(examined.findings.iter().filter(open).map(|finding| finding.check.id));
        assert!(refused.contains(expected), "{path}: {:?}", examined.findings);
        assert!(examined.verified.is_none(), "{path}");
    }
    for path in ["bundles/dsse-2sigs.sigstore.json", "bundles/bundle_invalid_version.txt.sigstore"]
    {
        assert!(Bundle::parse(&data(path)).is_err(), "{path}");
    }
}

#[test]
fn private_attestation_of_github_verifies_without_a_log() {
    let root = TrustedRoot::github().unwrap();
    let bundle = data("bundles/github-private-attestation.sigstore.json");
    let certificate = Bundle::parse(&bundle).unwrap().certificate().unwrap().to_vec();
    assert!(root.has_issued(&certificate) && !embedded().has_issued(&certificate));
    let examined = examine(&bundle, &root, None);
    assert_eq!(failed(&examined.findings), BTreeSet::new());
    let verified = examined.verified.expect("every step holds that an instance without logs has");
    assert!(verified.logged().is_empty());
}

#[test]
fn otherwise_named_identity_is_read_from_the_alternative_name() {
    // sigstore-go's TestEntityWithOthernameSan expects this identity.
    let bundle = Bundle::parse(&data("bundles/othername.sigstore.json")).unwrap();
    let der = bundle.certificate().unwrap();
    let certificate =
        silicon_to_source::builds::sigstore::parse::SigningCertificate::parse(der).unwrap();
    let name = certificate.identity().san().and_then(|name| name.text());
    assert_eq!(name, Some("foo!oidc.local"));
}

#[test]
fn conformance_answers_follow_artifact_identity_issuer_and_key() {
    let package = data("bundles/signed-package-2.1.0-hb0f4dca_0.conda");
    let bundle = data("bundles/conda-attestation.sigstore.json");
    let identity = "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main";
    let ask = |identity, issuer, artifact| {
        let signer = Signer::Identity { identity, issuer };
        verify_bundle(&bundle, signer, None, artifact, now())
    };
    assert_eq!(ask(identity, GITHUB, Artifact::Bytes(&package)), Ok(()));
    assert_eq!(ask(identity, GITHUB, Artifact::Sha256(Sha256::of(&package))), Ok(()));
    assert!(ask(identity, "https://accounts.google.com", Artifact::Bytes(&package)).is_err());
    assert!(ask("someone@example.com", GITHUB, Artifact::Bytes(&package)).is_err());
    assert!(ask(identity, GITHUB, Artifact::Bytes(b"another")).is_err());

    let managed = data("managed-key/bundle.sigstore.json");
    let key = String::from_utf8(data("managed-key/key.pub")).unwrap();
    let text = data("managed-key/artifact.txt");
    let ask = |signer, text| verify_bundle(&managed, signer, None, Artifact::Bytes(text), now());
    assert_eq!(ask(Signer::Key(&key), &text), Ok(()));
    assert!(ask(Signer::Key(&key), b"another").is_err());
    let without_key = Signer::Identity { identity, issuer: GITHUB };
    assert!(ask(without_key, &text).is_err());
    assert!(
        verify_bundle(&bundle, Signer::Key(&key), None, Artifact::Bytes(&package), now()).is_err()
    );
}

/// The Sigstore bundle of the Tinfoil attestation bundle, byte for byte.
fn tinfoil() -> Option<Vec<u8>> {
    let path: PathBuf = common::shared("vectors/tinfoil/attestation-bundle.json")?;
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Outer {
        sigstore_bundle: Box<serde_json::value::RawValue>,
    }
    let outer: Outer = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    Some(outer.sigstore_bundle.get().as_bytes().to_vec())
}

fn tinfoil_artifact() -> Artifact<'static> {
    Artifact::Sha256(TINFOIL_DIGEST.parse().unwrap())
}

#[test]
fn tinfoil_bundle_verifies_down_to_the_commit() {
    let Some(bundle) = tinfoil() else { return };
    let at: UnixTime = "2026-02-01T00:00:00Z".parse().unwrap();
    let parsed = Bundle::parse(&bundle).unwrap();
    let examined = verify(&parsed, &embedded(), Some(tinfoil_artifact()), at);
    assert_eq!(failed(&examined.findings), BTreeSet::new());
    let verified = assert_verifies(&bundle, &embedded(), tinfoil_artifact());
    let identity = verified.identity();
    assert_eq!(
        identity.source_repository_digest(),
        Some("7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7")
    );
    assert_eq!(identity.source_repository_ref(), Some("refs/tags/v0.0.38"));
    assert_eq!(verified.signed_at(), [UnixTime(1_769_121_722)]);
    assert_eq!(verified.logged()[0].index, 845_420_855);
}

/// A spoiled copy of the Tinfoil bundle and the checks that must fail for it.
struct Spoiled {
    name: &'static str,
    json: Json,
    expected: &'static [&'static str],
}

fn entry(json: &mut Json) -> &mut Json {
    &mut json["verificationMaterial"]["tlogEntries"][0]
}

fn flip(base64: &mut Json, byte: usize) {
    let mut bytes = STANDARD.decode(base64.as_str().unwrap()).unwrap();
    bytes[byte] ^= 1;
    *base64 = json!(STANDARD.encode(bytes));
}

fn spoiled(good: &[u8]) -> Vec<Spoiled> {
    let mut all = Vec::new();
    let mut add = |name, expected, spoil: &dyn Fn(&mut Json)| {
        let mut json: Json = serde_json::from_slice(good).unwrap();
        spoil(&mut json);
        all.push(Spoiled { name, json, expected });
    };
    add("SET removed", &["sigstore.library", "sigstore.time"], &|json| {
        entry(json).as_object_mut().unwrap().remove("inclusionPromise");
    });
    add("integratedTime moved", &["sigstore.library", "sigstore.log.promise"], &|json| {
        entry(json)["integratedTime"] = json!("1769121723");
    });
    add("log-wide index changed", &["sigstore.library", "sigstore.log.promise"], &|json| {
        entry(json)["logIndex"] = json!("845420856");
    });
    add("SET flipped", &["sigstore.library", "sigstore.log.promise"], &|json| {
        flip(&mut entry(json)["inclusionPromise"]["signedEntryTimestamp"], 20);
    });
    add("path hash flipped", &["sigstore.library", "sigstore.log.inclusion"], &|json| {
        flip(&mut entry(json)["inclusionProof"]["hashes"][3], 0);
    });
    add("path hash removed", &["sigstore.library", "sigstore.log.inclusion"], &|json| {
        entry(json)["inclusionProof"]["hashes"].as_array_mut().unwrap().pop();
    });
    add("path removed", &["sigstore.library", "sigstore.log.inclusion"], &|json| {
        entry(json).as_object_mut().unwrap().remove("inclusionProof");
    });
    add("checkpoint size changed", &["sigstore.library", "sigstore.log.checkpoint"], &|json| {
        let note = &mut entry(json)["inclusionProof"]["checkpoint"]["envelope"];
        *note = json!(note.as_str().unwrap().replacen("723516595", "723516596", 1));
    });
    add("checkpoint signer renamed", &["sigstore.library", "sigstore.log.checkpoint"], &|json| {
        let note = &mut entry(json)["inclusionProof"]["checkpoint"]["envelope"];
        *note = json!(note.as_str().unwrap().replacen("rekor.sigstore.dev - ", "log - ", 1));
    });
    add("checkpoint removed", &["sigstore.library", "sigstore.log.checkpoint"], &|json| {
        entry(json)["inclusionProof"].as_object_mut().unwrap().remove("checkpoint");
    });
    add("entry kind changed", &["sigstore.library", "sigstore.log.entry"], &|json| {
        entry(json)["kindVersion"] = json!({ "kind": "intoto", "version": "0.0.2" });
    });
    add(
        "another log named",
        &["sigstore.library", "sigstore.log.checkpoint", "sigstore.log.promise"],
        &|json| {
            entry(json)["logId"]["keyId"] = json!("zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=");
        },
    );
    add(
        "payload byte flipped",
        &["sigstore.library", "sigstore.log.entry", "sigstore.signature"],
        &|json| flip(&mut json["dsseEnvelope"]["payload"], 200),
    );
    add("payloadType changed", &["sigstore.library", "sigstore.signature"], &|json| {
        json["dsseEnvelope"]["payloadType"] = json!("application/vnd.in-toto+jsom");
    });
    add(
        "signature flipped",
        &["sigstore.library", "sigstore.log.entry", "sigstore.signature"],
        &|json| flip(&mut json["dsseEnvelope"]["signatures"][0]["sig"], 30),
    );
    add(
        "log entry removed",
        &["sigstore.library", "sigstore.log.entry", "sigstore.time"],
        &|json| {
            json["verificationMaterial"]["tlogEntries"] = json!([]);
        },
    );
    add(
        "certificate of another build",
        &[
            "sigstore.certificate.validity",
            "sigstore.library",
            "sigstore.log.entry",
            "sigstore.signature",
        ],
        &|json| {
            let other: Json =
                serde_json::from_slice(&data("bundles/conda-attestation.sigstore.json")).unwrap();
            json["verificationMaterial"]["certificate"] =
                other["verificationMaterial"]["certificate"].clone();
        },
    );
    all
}

#[test]
fn each_spoiled_tinfoil_bundle_fails_exactly_where_it_was_spoiled() {
    let Some(good) = tinfoil() else { return };
    let root = embedded();
    for Spoiled { name, json, expected } in spoiled(&good) {
        let bytes = json.to_string();
        let examined = examine(bytes.as_bytes(), &root, Some(tinfoil_artifact()));
        let failed = failed(&examined.findings);
        assert_eq!(failed, expected.iter().copied().collect(), "{name}");
        assert!(examined.verified.is_none(), "{name}");
        for finding in examined.findings {
            let open = matches!(
                finding.outcome,
                Outcome::Unknown(why) if !matches!(why, Why::Blocked { .. } | Why::NotApplicable)
            );
            assert!(!open, "{name}: {finding:?}");
        }
    }
}

#[test]
fn second_signature_in_the_envelope_is_not_read() {
    let Some(good) = tinfoil() else { return };
    let mut json: Json = serde_json::from_slice(&good).unwrap();
    let signatures = json["dsseEnvelope"]["signatures"].as_array_mut().unwrap();
    signatures.push(signatures[0].clone());
    let error = Bundle::parse(json.to_string().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("exactly one signature"), "{error}");
}

#[test]
fn tinfoil_bundle_about_another_artifact_fails_the_subject() {
    let Some(good) = tinfoil() else { return };
    let examined = examine(&good, &embedded(), Some(Artifact::Bytes(b"another")));
    let failed = failed(&examined.findings);
    assert_eq!(failed, ["sigstore.library", "sigstore.subject"].into());
    assert!(examined.verified.is_none());
}

#[test]
fn tinfoil_bundle_seen_before_it_was_signed_fails_the_time() {
    let Some(good) = tinfoil() else { return };
    let before: UnixTime = "2026-01-01T00:00:00Z".parse().unwrap();
    let parsed = Bundle::parse(&good).unwrap();
    let examined = verify(&parsed, &embedded(), Some(tinfoil_artifact()), before);
    assert_eq!(failed(&examined.findings), ["sigstore.time"].into());
    assert!(examined.verified.is_none());
}

/// The root with one list emptied, or one window closed, and the check that must fail for it.
#[test]
fn shipped_keys_that_are_old_are_a_warning_and_stop_nothing() {
    let bundle = data("bundles/conda-attestation.sigstore.json");
    let bundle = Bundle::parse(&bundle).unwrap();
    let root_is = |now: &str| {
        let examined = verify(&bundle, &embedded(), None, now.parse().unwrap());
        let finding = examined.findings.iter().find(|f| f.check.id == "sigstore.trusted-root");
        (finding.unwrap().outcome, examined.verified.is_some())
    };
    assert_eq!(root_is("2027-10-23T00:00:00Z"), (Outcome::Pass, true));
    assert_eq!(root_is("2027-12-01T00:00:00Z"), (Outcome::Warn(Reason("stale")), true));
}

/// A key list that does not have an authority for the moment leaves the step open that needs it; a
/// log whose time is over fails it.
#[test]
fn root_that_lacks_a_key_does_not_verify() {
    let Some(good) = tinfoil() else { return };
    let json = sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
    let ended = || json!("2025-01-01T00:00:00Z");
    let cases: [(&str, Json, &[&str], bool); 5] = [
        ("/ctlogs", json!([]), &["sigstore.sct"], false),
        ("/certificateAuthorities", json!([]), &["sigstore.certificate.chain"], false),
        ("/tlogs", json!([]), &["sigstore.log.checkpoint", "sigstore.log.promise"], false),
        ("/certificateAuthorities/1/validFor/end", ended(), &["sigstore.certificate.chain"], false),
        ("/ctlogs/1/publicKey/validFor/end", ended(), &["sigstore.sct"], true),
    ];
    for (pointer, value, expected, fails) in cases {
        let mut root: Json = serde_json::from_str(json).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        root.pointer_mut(parent).unwrap()[name] = value;
        let root = TrustedRoot::from_json(root.to_string().as_bytes()).unwrap();
        let examined = examine(&good, &root, Some(tinfoil_artifact()));
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        let open = examined
            .findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Unknown(Why::NotFetched));
        let open: BTreeSet<_> = open.map(|finding| finding.check.id).collect();
        let mut failed = failed(&examined.findings);
        assert_eq!(failed.remove("sigstore.library"), fails, "{pointer}");
        assert_eq!(if fails { &failed } else { &open }, &expected, "{pointer}");
        assert!(fails || failed.is_empty(), "{pointer}: {failed:?}");
        assert!(examined.verified.is_none(), "{pointer}");
    }
}

#[test]
fn conformance_accepts_the_tinfoil_bundle_for_its_identity_only() {
    let Some(good) = tinfoil() else { return };
    let ask = |identity| {
        let signer = Signer::Identity { identity, issuer: GITHUB };
        verify_bundle(&good, signer, None, tinfoil_artifact(), now())
    };
    assert_eq!(ask(TINFOIL_IDENTITY), Ok(()));
    assert!(ask(&TINFOIL_IDENTITY[..TINFOIL_IDENTITY.len() - 1]).is_err());
}

/// No bit flip of the bundle's JSON gives a verified statement. One bit of every byte is
/// flipped: the lowest, the second or the one between upper and lower case, in turn. Of the three
/// long base64 texts (certificate, log entry, payload) it is every fifth byte, which meets each
/// place in a group of four; everything else is flipped byte by byte.
///
/// No byte is excepted: the JSON is compact and each of its members is signed, is bound to
/// something signed, or has one spelling only.
#[test]
fn no_flipped_byte_of_the_tinfoil_bundle_verifies() {
    let Some(good) = tinfoil() else { return };
    let root = embedded();
    assert!(examine(&good, &root, Some(tinfoil_artifact())).verified.is_some());
    let offsets = flipped(&good);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for offsets in offsets.chunks(offsets.len().div_ceil(threads)) {
            let (good, root) = (&good, &root);
            scope.spawn(move || {
                let mut bytes = good.clone();
                for &offset in offsets {
                    bytes[offset] ^= [0x01, 0x02, 0x20][offset % 3];
                    if let Ok(bundle) = Bundle::parse(&bytes) {
                        let examined = verify(&bundle, root, Some(tinfoil_artifact()), now());
                        assert!(
                            examined.verified.is_none(),
                            "byte {offset}, in {:?}",
                            String::from_utf8_lossy(&good[offset.saturating_sub(40)..offset])
                        );
                    }
                    bytes[offset] = good[offset];
                }
            });
        }
    });
}

/// Every offset, apart from four fifths of those inside texts of a thousand characters or more.
fn flipped(json: &[u8]) -> Vec<usize> {
    let mut offsets = Vec::new();
    let mut start = 0;
    for text in json.split_inclusive(|&byte| byte == b'"') {
        let step = if text.len() >= 1000 { 5 } else { 1 };
        offsets.extend((start..start + text.len()).step_by(step));
        start += text.len();
    }
    assert_eq!(start, json.len());
    offsets
}

#[test]
fn no_truncation_of_the_tinfoil_bundle_is_read() {
    let Some(good) = tinfoil() else { return };
    for len in 0..good.len() {
        assert!(Bundle::parse(&good[..len]).is_err(), "{len} bytes");
    }
}
