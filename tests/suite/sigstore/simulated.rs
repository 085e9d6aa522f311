//! Simulated Sigstore bundles with one thing wrong at a time, each signature that does not
//! belong to that thing being good.

use std::collections::BTreeSet;

use s2s_sim::BUILD_TIME;
use s2s_sim::certificate::AltName;
use s2s_sim::keys::Key;
use s2s_sim::sigstore::{Build, BundleSpec, Content, EntrySpec, InclusionProof, Issuer, Sct, Set};
use silicon_to_source::builds::sigstore::parse::Bundle;
use silicon_to_source::builds::sigstore::verify::{
    Artifact, TrustedRoot, VerifiedStatement, verify,
};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::{Examined, Finding, Outcome, Why};
use silicon_to_source::time::{UnixTime, Validity};

const ARTIFACT: &[u8] = b"image";

fn dsse() -> BundleSpec {
    let build = Build::default();
    let statement = build.slsa_statement("image", &Sha256::of(ARTIFACT).to_string());
    BundleSpec::dsse(&build, statement)
}

fn message() -> BundleSpec {
    BundleSpec::message(&Build::default(), ARTIFACT.to_vec())
}

fn examine(spec: &BundleSpec) -> Examined<VerifiedStatement> {
    let bundle = Bundle::parse(&spec.bytes()).unwrap();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    verify(&bundle, &TrustedRoot::simulated().unwrap(), Some(Artifact::Bytes(ARTIFACT)), now)
}

fn failed(findings: &[Finding]) -> BTreeSet<String> {
    findings
        .iter()
        .filter_map(|finding| match finding.outcome {
            Outcome::Fail(reason) => Some(format!("{} {}", finding.check.id, reason.0)),
            _ => None,
        })
        .collect()
}

/// Exactly these checks fail, with these reasons, and the library refuses as well.
fn assert_fails(spec: &BundleSpec, expected: &[&str]) {
    let examined = examine(spec);
    let mut failed = failed(&examined.findings);
    let before = failed.len();
    failed.retain(|check| !check.starts_with("sigstore.library "));
    assert_eq!(failed, expected.iter().map(|check| (*check).to_owned()).collect());
    assert_eq!(failed.len() + 1, before, "the library refuses as well: {:#?}", examined.findings);
    assert!(examined.verified.is_none());
}

/// Nothing fails, exactly these checks say that the key list does not have their signer, and the
/// list's date is named.
fn assert_leaves_open(spec: &BundleSpec, expected: &[&str]) {
    let examined = examine(spec);
    assert_eq!(failed(&examined.findings), BTreeSet::new());
    let is_open = |finding: &&Finding| finding.outcome == Outcome::Unknown(Why::NotFetched);
    let open: Vec<&Finding> = examined.findings.iter().filter(is_open).collect();
    let ids: BTreeSet<&str> = open.iter().map(|finding| finding.check.id).collect();
    assert_eq!(ids, expected.iter().copied().collect());
    let date = TrustedRoot::simulated().unwrap().date().unwrap().to_string();
    for finding in open {
        let named = finding.expected.as_ref().unwrap().to_string();
        assert_eq!(named, format!("key list of {date}"));
        assert!(finding.actual.is_some(), "{finding:?}");
    }
    assert!(examined.verified.is_none());
}

#[test]
fn healthy_bundles_verify() {
    for spec in [dsse(), message()] {
        let examined = examine(&spec);
        assert_eq!(failed(&examined.findings), BTreeSet::new());
        assert!(examined.verified.is_some());
    }
}

#[test]
fn bundles_of_the_older_versions_verify() {
    for version in ["0.2", "0.3"] {
        let mut spec = dsse();
        spec.media_type = format!("application/vnd.dev.sigstore.bundle+json;version={version}");
        assert!(examine(&spec).verified.is_some(), "{version}");
    }
    let mut spec = dsse();
    spec.media_type = "application/vnd.dev.sigstore.bundle+json;version=0.1".into();
    spec.entries[0].inclusion_proof = InclusionProof::Absent;
    let examined = examine(&spec);
    let outcome = |id| examined.findings.iter().find(|f| f.check.id == id).unwrap().outcome;
    assert_eq!(outcome("sigstore.log.promise"), Outcome::Pass);
    assert_eq!(outcome("sigstore.log.inclusion"), Outcome::Unknown(Why::NotApplicable));
    assert!(!examined.verified.unwrap().logged()[0].is_included, "a promise alone is said");
}

#[test]
fn certificate_of_a_stranger_leaves_the_chain_open() {
    let mut spec = dsse();
    spec.leaf.issuer = Issuer::Stranger;
    assert_leaves_open(&spec, &["sigstore.certificate.chain"]);
}

#[test]
fn certificate_that_is_not_for_code_fails_the_profile() {
    let mut spec = dsse();
    spec.leaf.purposes = vec![];
    assert_fails(&spec, &["sigstore.certificate.profile no-code-signing"]);
}

#[test]
fn signing_outside_the_certificate_validity_fails_the_validity() {
    for (shift, reason) in [(60, "not-yet-valid"), (-3600, "expired")] {
        let mut spec = dsse();
        let start = BUILD_TIME.0 + shift;
        spec.leaf.validity =
            Validity { not_before: UnixTime(start), not_after: UnixTime(start + 600) };
        let expected = format!("sigstore.certificate.validity {reason}");
        assert_fails(&spec, &[&expected]);
    }
}

#[test]
fn certificate_log_timestamps_that_do_not_count_fail_the_sct() {
    let good = Sct::default();
    for (scts, reason) in [
        (vec![], "missing"),
        (vec![good, good], "not-exactly-one"),
        (vec![Sct { signer: Key::Rekor, ..good }], "bad-signature"),
        (vec![Sct { timestamp: 1, ..good }], "log-key-not-valid"),
    ] {
        let mut spec = dsse();
        spec.leaf.scts = scts;
        let expected = format!("sigstore.sct {reason}");
        assert_fails(&spec, &[&expected]);
    }
}

#[test]
fn promise_that_is_not_the_logs_leaves_no_time() {
    for set in [Set::By(Key::CtLog), Set::For(UnixTime(BUILD_TIME.0 + 6))] {
        let mut spec = dsse();
        spec.entries[0].set = set;
        assert_fails(&spec, &["sigstore.log.promise bad-signature"]);
    }
    let mut spec = dsse();
    spec.entries[0].set = Set::Absent;
    assert_fails(&spec, &["sigstore.time missing"]);
}

/// A path and a checkpoint show that the entry is in the log, and not when it got there.
#[test]
fn integrated_time_without_a_promise_is_no_time() {
    let mut spec = message();
    spec.entries[0].set = Set::Absent;
    spec.entries[0].integrated_time = UnixTime(BUILD_TIME.0 + 1);
    assert_fails(&spec, &["sigstore.time missing"]);
}

#[test]
fn inclusion_and_checkpoint_fail_apart() {
    let with = |change: &dyn Fn(&mut EntrySpec)| {
        let mut spec = dsse();
        change(&mut spec.entries[0]);
        spec
    };
    assert_fails(
        &with(&|entry| entry.flipped_hash = Some(0)),
        &["sigstore.log.inclusion root-hash"],
    );
    assert_fails(
        &with(&|entry| entry.inclusion_proof = InclusionProof::Absent),
        &["sigstore.log.inclusion missing"],
    );
    assert_fails(
        &with(&|entry| entry.checkpoint_signer = Key::CtLog),
        &["sigstore.log.checkpoint bad-signature"],
    );
    assert_fails(
        &with(&|entry| entry.checkpoint_root = Some([0; 32])),
        &["sigstore.log.checkpoint not-equal"],
    );
}

/// sigstore-verify compares root hashes only, so this is one that it lets through.
#[test]
fn signed_checkpoint_of_another_size_fails_though_the_library_passes() {
    let mut spec = dsse();
    spec.entries[0].checkpoint_size = Some(1);
    let examined = examine(&spec);
    assert_eq!(failed(&examined.findings), ["sigstore.log.checkpoint not-equal".to_owned()].into());
    assert!(examined.verified.is_none());
}

#[test]
fn entry_of_an_unknown_log_leaves_checkpoint_and_promise_open() {
    let mut spec = dsse();
    spec.entries[0].log = Key::CtLog;
    assert_leaves_open(&spec, &["sigstore.log.checkpoint", "sigstore.log.promise"]);
}

#[test]
fn receipt_of_an_unknown_log_leaves_the_sct_open() {
    let mut spec = dsse();
    spec.leaf.scts = vec![Sct { log: Key::Rekor, ..Sct::default() }];
    assert_leaves_open(&spec, &["sigstore.sct"]);
}

#[test]
fn entry_about_other_content_fails_the_entry() {
    for mut spec in [dsse(), message()] {
        spec.entries[0].logged_instead = Some(b"something else".to_vec());
        assert_fails(&spec, &["sigstore.log.entry digest"]);
    }
}

#[test]
fn signature_by_another_key_fails_the_signature() {
    for mut spec in [dsse(), message()] {
        spec.signer = Key::CtLog;
        assert_fails(&spec, &["sigstore.signature bad-signature"]);
    }
}

#[test]
fn signed_payload_of_another_type_is_no_statement() {
    let mut spec = dsse();
    let Content::Dsse { payload_type, .. } = &mut spec.content else { panic!("an envelope") };
    *payload_type = "text/plain".into();
    assert_fails(&spec, &["provenance.statement payload-type"]);
}

#[test]
fn signed_statement_with_a_member_twice_is_refused_though_the_library_passes() {
    let digest = Sha256::of(ARTIFACT);
    let statement = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","predicateType":"a","predicate":{{"b":1,"b":2}},
           "subject":[{{"name":"image","digest":{{"sha256":"{digest}"}}}}]}}"#
    );
    let examined = examine(&BundleSpec::dsse(&Build::default(), statement.into_bytes()));
    assert_eq!(failed(&examined.findings), ["provenance.statement malformed".to_owned()].into());
    assert!(examined.verified.is_none());
}

#[test]
fn every_subject_is_compared() {
    let subjects = |digests: [Sha256; 2]| {
        let [first, second] = digests;
        format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","predicateType":"a","subject":[
               {{"name":"1","digest":{{"sha256":"{first}"}}}},
               {{"name":"2","digest":{{"sha256":"{second}"}}}}]}}"#
        )
        .into_bytes()
    };
    let other = Sha256::of(b"other");
    let last = subjects([other, Sha256::of(ARTIFACT)]);
    assert!(examine(&BundleSpec::dsse(&Build::default(), last)).verified.is_some());
    let none = subjects([other, other]);
    assert_fails(&BundleSpec::dsse(&Build::default(), none), &["sigstore.subject not-listed"]);
}

/// sigstore-verify takes the first name; two names are two answers to who signed.
#[test]
fn two_identities_fail_the_profile_though_the_library_passes() {
    let mut spec = dsse();
    spec.leaf.names.push(AltName::Email("someone@example.com".into()));
    let examined = examine(&spec);
    assert_eq!(
        failed(&examined.findings),
        ["sigstore.certificate.profile alternative-name".to_owned()].into()
    );
    assert!(examined.verified.is_none());
}

#[test]
fn entry_twice_is_not_read() {
    let mut spec = dsse();
    spec.entries.push(spec.entries[0].clone());
    let error = Bundle::parse(&spec.bytes()).unwrap_err();
    assert!(error.to_string().contains("appears twice"), "{error}");
}

#[test]
fn one_bad_entry_beside_a_good_one_fails() {
    let mut spec = dsse();
    let mut second = spec.entries[0].clone();
    second.index = 5;
    second.flipped_hash = Some(0);
    spec.entries.push(second);
    let examined = examine(&spec);
    let parts: Vec<_> = examined
        .findings
        .iter()
        .filter(|f| f.check.id == "sigstore.log.inclusion")
        .map(|f| (f.part.as_deref(), f.passed()))
        .collect();
    assert_eq!(parts, [(Some("entry 1"), true), (Some("entry 2"), false)]);
    assert!(examined.verified.is_none());
}

/// sigstore-verify asks the computer's clock. For a moment that the clock has not reached, the
/// library's refusal stands although every step holds at the `now` that was asked about.
#[test]
fn refusal_by_the_library_alone_is_enough() {
    let mut spec = dsse();
    let signed = "2044-01-01T00:00:00Z".parse::<UnixTime>().unwrap();
    spec.leaf.validity = Validity { not_before: signed, not_after: UnixTime(signed.0 + 600) };
    spec.entries[0].integrated_time = signed;
    let bundle = Bundle::parse(&spec.bytes()).unwrap();
    let now = UnixTime(signed.0 + 3600);
    let root = TrustedRoot::simulated().unwrap();
    let examined = verify(&bundle, &root, Some(Artifact::Bytes(ARTIFACT)), now);
    assert_eq!(failed(&examined.findings), ["sigstore.library log-time".to_owned()].into());
    assert!(examined.verified.is_none());
}

#[test]
fn simulated_bundle_does_not_verify_under_the_public_root() {
    let bundle = Bundle::parse(&dsse().bytes()).unwrap();
    let root = TrustedRoot::embedded().unwrap();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    assert!(verify(&bundle, &root, None, now).verified.is_none());
}
