use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::BUILD_TIME;
use s2s_sim::certificate::{AltName, SERVER_AUTH};
use s2s_sim::keys::Key;
use s2s_sim::sigstore::{
    Build, BundleSpec, Content, EntrySpec, InclusionProof, Issuer, LOG_SIZE, Sct, Set,
    trusted_root, trusted_root_github,
};
use serde_json::Value;
use sigstore_trust_root::TrustedRoot;
use sigstore_verify::types::{Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, VerificationResult, Verifier};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

const ARTIFACT: &[u8] = b"SIMULATED artifact";

pub(crate) fn verify(bundle: &[u8], digest: Sha256) -> Result<VerificationResult, String> {
    crate::provider::install();
    let root = TrustedRoot::from_json(str::from_utf8(&trusted_root()).unwrap()).unwrap();
    let verifier = Verifier::new(&root).unwrap();
    let bundle = Bundle::from_json(str::from_utf8(bundle).unwrap())
        .map_err(|error| format!("bundle: {error}"))?;
    let build = Build::default();
    let policy = VerificationPolicy::new(build.identity(), build.issuer);
    let digest = Sha256Hash::from_hex(&digest.to_string()).unwrap();
    verifier.verify(digest, &bundle, &policy).map_err(|error| error.to_string())
}

fn healthy() -> BundleSpec {
    let build = Build::default();
    let digest = Sha256::of(ARTIFACT).to_string();
    BundleSpec::dsse(&build, build.slsa_statement("simulated", &digest))
}

fn spoiled(spoil: impl FnOnce(&mut BundleSpec)) -> Result<VerificationResult, String> {
    let mut spec = healthy();
    spoil(&mut spec);
    verify(&spec.bytes(), Sha256::of(ARTIFACT))
}

#[test]
fn attestation_verifies_with_sigstore_verify() {
    let result = spoiled(|_| {}).unwrap();
    assert!(result.certificate_verified() && result.sct_verified() && result.tlog_verified());
    let times: Vec<i64> = result.verified_timestamps().iter().map(|t| t.as_second()).collect();
    assert_eq!(times, [BUILD_TIME.0 + 5]);
    let claims = result.certificate().unwrap().ci_claims.clone();
    let build = Build::default();
    assert_eq!(claims.source_repository_digest.as_deref(), Some(&*build.commit));
    assert_eq!(claims.source_repository_uri.as_deref(), Some(&*build.repository_uri()));
}

#[test]
fn every_place_in_the_tree_has_a_sound_inclusion_path() {
    for index in 0..LOG_SIZE {
        spoiled(|spec| spec.entries[0].index = index).unwrap();
    }
}

#[test]
fn second_sound_log_entry_verifies_with_sigstore_verify() {
    spoiled(|spec| spec.entries.push(EntrySpec { index: 2, ..EntrySpec::default() })).unwrap();
}

#[test]
fn signed_artifact_verifies_with_sigstore_verify() {
    crate::provider::install();
    let spec = BundleSpec::message(&Build::default(), ARTIFACT.to_vec());
    let root = TrustedRoot::from_json(str::from_utf8(&trusted_root()).unwrap()).unwrap();
    let bundle = Bundle::from_json(str::from_utf8(&spec.bytes()).unwrap()).unwrap();
    let build = Build::default();
    let policy = VerificationPolicy::new(build.identity(), build.issuer);
    let verifier = Verifier::new(&root).unwrap();
    verifier.verify(ARTIFACT, &bundle, &policy).unwrap();
    assert!(verifier.verify(&b"another artifact"[..], &bundle, &policy).is_err());
}

#[test]
fn certificate_of_another_authority_fails() {
    let error = spoiled(|spec| spec.leaf.issuer = Issuer::Stranger).unwrap_err();
    assert!(error.contains("certificate chain"), "{error}");
}

#[test]
fn certificate_for_another_purpose_fails() {
    for purposes in [vec![], vec![SERVER_AUTH]] {
        let error = spoiled(|spec| spec.leaf.purposes = purposes).unwrap_err();
        assert!(error.contains("certificate chain"), "{error}");
    }
}

#[test]
fn certificate_for_another_identity_fails() {
    let name = AltName::Uri("https://github.com/someone/else".into());
    let error = spoiled(|spec| spec.leaf.names = vec![name]).unwrap_err();
    assert!(error.contains("dentity"), "{error}");
}

#[test]
fn certificate_timestamps_that_do_not_hold_fail() {
    let cases = [
        vec![],
        vec![Sct { signer: Key::StrangerP256, ..Sct::default() }],
        vec![Sct { log: Key::StrangerP256, signer: Key::StrangerP256, ..Sct::default() }],
        vec![Sct { timestamp: 0, ..Sct::default() }],
    ];
    for scts in cases {
        let error = spoiled(|spec| spec.leaf.scts = scts.clone()).unwrap_err();
        assert!(error.contains("SCT"), "{scts:?}: {error}");
    }
}

#[test]
fn envelope_signed_by_another_key_fails() {
    let error = spoiled(|spec| spec.signer = Key::StrangerP256).unwrap_err();
    assert!(error.to_lowercase().contains("signature"), "{error}");
}

#[test]
fn envelope_of_another_shape_fails() {
    for count in [0, 2] {
        assert!(
            spoiled(|spec| {
                if let Content::Dsse { signatures, .. } = &mut spec.content {
                    *signatures = count;
                }
            })
            .is_err(),
            "{count} signatures"
        );
    }
    let error = spoiled(|spec| {
        if let Content::Dsse { payload_type, .. } = &mut spec.content {
            *payload_type = "text/plain".into();
        }
    })
    .unwrap_err();
    assert!(error.contains("payload type"), "{error}");
}

#[test]
fn integrated_time_without_a_sound_signature_is_no_time() {
    let absent = spoiled(|spec| spec.entries[0].set = Set::Absent).unwrap_err();
    assert!(absent.contains("timestamp"), "{absent}");
    let other = spoiled(|spec| spec.entries[0].set = Set::For(BUILD_TIME)).unwrap_err();
    assert!(other.contains("SET"), "{other}");
    let stranger = Set::By(Key::StrangerP256);
    let stranger = spoiled(|spec| spec.entries[0].set = stranger).unwrap_err();
    assert!(stranger.contains("SET"), "{stranger}");
}

#[test]
fn integrated_time_outside_the_certificate_fails_though_signed() {
    for seconds in [-1, 601] {
        let time = UnixTime(BUILD_TIME.0 + seconds);
        let error = spoiled(|spec| spec.entries[0].integrated_time = time).unwrap_err();
        assert!(error.to_lowercase().contains("valid"), "{seconds}: {error}");
    }
}

#[test]
fn entry_that_is_not_in_the_signed_tree_fails() {
    type Case = (&'static str, fn(&mut EntrySpec));
    let cases: [Case; 5] = [
        ("path", |entry| entry.flipped_hash = Some(0)),
        ("path", |entry| entry.flipped_hash = Some(2)),
        ("root", |entry| entry.checkpoint_root = Some([7; 32])),
        ("signer", |entry| entry.checkpoint_signer = Key::StrangerP256),
        ("proof", |entry| entry.inclusion_proof = InclusionProof::Absent),
    ];
    for (what, spoil) in cases {
        assert!(spoiled(|spec| spoil(&mut spec.entries[0])).is_err(), "{what}");
    }
}

#[test]
fn entry_about_another_payload_fails() {
    let error = spoiled(|spec| spec.entries[0].logged_instead = Some(b"{}".to_vec())).unwrap_err();
    assert!(error.contains("mismatch") || error.contains("match"), "{error}");
}

#[test]
fn entry_without_log_fails() {
    assert!(spoiled(|spec| spec.entries.clear()).is_err());
    assert!(spoiled(|spec| spec.entries[0].log = Key::StrangerP256).is_err());
}

#[test]
fn checkpoint_of_another_size_is_signed_but_not_the_proofs_size() {
    let mut spec = healthy();
    spec.entries[0].checkpoint_size = Some(LOG_SIZE + 1);
    let bundle = spec.json();
    let proof = &bundle["verificationMaterial"]["tlogEntries"][0]["inclusionProof"];
    let note = proof["checkpoint"]["envelope"].as_str().unwrap();
    assert_eq!(note.lines().nth(1), Some("8"));
    assert_eq!(proof["treeSize"], "7");
}

#[test]
fn claims_are_left_out_or_replaced_as_the_specification_says() {
    let value = |spec: &BundleSpec, number: u8| -> Option<Vec<u8>> {
        let bundle: Value = spec.json();
        let der = bundle["verificationMaterial"]["certificate"]["rawBytes"].as_str().unwrap();
        let der = STANDARD.decode(der).unwrap();
        let (_, certificate) = X509Certificate::from_der(&der).unwrap();
        let id = format!("1.3.6.1.4.1.57264.1.{number}");
        let found = certificate.extensions().iter().find(|e| e.oid.to_id_string() == id);
        found.map(|extension| extension.value.to_vec())
    };
    let mut spec = healthy();
    for number in (1..=6).chain(8..=22) {
        assert!(value(&spec, number).is_some(), "{number}");
    }
    assert_eq!(value(&spec, 2), Some(b"push".to_vec()), "raw up to 6");
    assert_eq!(value(&spec, 20), Some(b"\x0c\x04push".to_vec()), "UTF8String from 8 on");
    spec.leaf.claims.remove(&13);
    spec.leaf.claims.insert(11, "self-hosted".into());
    assert_eq!(value(&spec, 13), None);
    assert_eq!(value(&spec, 11), Some(b"\x0c\x0bself-hosted".to_vec()));
    verify(&spec.bytes(), Sha256::of(ARTIFACT)).unwrap();
}

#[test]
fn rekor_v2_and_its_timestamp_verify_with_sigstore_verify() {
    let digest = Sha256::of(ARTIFACT);
    let build = Build::default();
    let statement = build.slsa_statement("simulated", &digest.to_string());
    let mut spec = BundleSpec::rekor_v2(&build, statement);
    let result = verify(&spec.bytes(), digest).unwrap();
    let times: Vec<i64> = result.verified_timestamps().iter().map(|t| t.as_second()).collect();
    assert_eq!(times, [BUILD_TIME.0 + 4], "the timestamp's, and none of the log's");
    spec.entries[0].checkpoint_size = Some(6);
    assert!(verify(&spec.bytes(), digest).is_err(), "the checkpoint's size counts");
}

#[test]
fn instance_without_logs_verifies_with_sigstore_verify_when_none_are_asked_for() {
    crate::provider::install();
    let root = trusted_root_github();
    let root = TrustedRoot::from_json(str::from_utf8(&root).unwrap()).unwrap();
    let build = Build::default();
    let digest = Sha256::of(ARTIFACT).to_string();
    let spec = BundleSpec::github(&build, build.slsa_statement("simulated", &digest));
    let bundle = Bundle::from_json(str::from_utf8(&spec.bytes()).unwrap()).unwrap();
    let verifier = Verifier::new(&root).unwrap();
    let policy = VerificationPolicy::new(build.identity(), build.issuer);
    let digest = Sha256Hash::from_hex(&digest).unwrap();
    let relaxed = policy.clone().skip_tlog_unsafe().skip_sct();
    assert!(verifier.verify(digest, &bundle, &relaxed).is_ok());
    assert!(verifier.verify(digest, &bundle, &policy).is_err());
}
