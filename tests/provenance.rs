//! Appraisal of signed builds: simulated builds whose signatures are all good and whose claims
//! are not, and real ones.
#![cfg(feature = "sim")]

mod common;

use std::collections::BTreeSet;

use silicon_to_source::appraise::provenance::{blocked, claims, provenance};
use silicon_to_source::digest::Sha256;
use silicon_to_source::endorsements::sigstore::Bundle;
use silicon_to_source::finding::{Examined, Finding, Outcome, Why, checks};
use silicon_to_source::policy::{ProvenancePolicy, RefRule};
use silicon_to_source::sim::certificate::AltName;
use silicon_to_source::sim::sigstore::{Build, BundleSpec};
use silicon_to_source::time::UnixTime;
use silicon_to_source::verify::sigstore::{Artifact, TrustedRoot, VerifiedStatement, verify};

const ARTIFACT: &[u8] = b"image";

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn statement(build: &Build) -> Vec<u8> {
    build.slsa_statement("image", &Sha256::of(ARTIFACT).to_string())
}

fn examine(spec: &BundleSpec) -> Examined<VerifiedStatement> {
    let bundle = Bundle::parse(&spec.bytes()).unwrap();
    verify(&bundle, &TrustedRoot::simulated().unwrap(), Some(Artifact::Bytes(ARTIFACT)), now())
}

fn verified(spec: &BundleSpec) -> VerifiedStatement {
    let examined = examine(spec);
    examined.verified.unwrap_or_else(|| panic!("{:#?}", examined.findings))
}

/// Everything about the simulated build pinned.
fn policy() -> ProvenancePolicy {
    ProvenancePolicy {
        repository: Some("https://github.com/silicon-to-source/silicon-to-source-demo".into()),
        repository_id: Some("900000001".into()),
        owner: Some("https://github.com/silicon-to-source".into()),
        owner_id: Some("900000002".into()),
        workflow: Some(".github/workflows/build.yml".into()),
        reference: Some(RefRule::AnyTag),
        ..ProvenancePolicy::default()
    }
}

/// The checks that did not pass.
fn flaws(findings: &[Finding]) -> BTreeSet<String> {
    findings
        .iter()
        .filter(|finding| !finding.passed())
        .map(|finding| match &finding.part {
            Some(part) => format!("{}/{part}", finding.check.id),
            None => finding.check.id.to_owned(),
        })
        .collect()
}

fn set(checks: &[&str]) -> BTreeSet<String> {
    checks.iter().map(|check| (*check).to_owned()).collect()
}

#[test]
fn build_with_every_claim_as_pinned_passes_every_check() {
    let build = Build::default();
    let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
    let findings = provenance(&verified, &policy());
    assert_eq!(flaws(&findings), set(&[]), "{findings:#?}");
}

#[test]
fn each_unexpected_claim_fails_its_own_check() {
    type Change = fn(&mut Build);
    let cases: [(Change, &[&str]); 8] = [
        (|b| b.issuer = "https://gitlab.com".into(), &["provenance.issuer"]),
        (|b| b.runner = "self-hosted".into(), &["provenance.runner"]),
        (|b| b.trigger = "pull_request_target".into(), &["provenance.trigger"]),
        (|b| b.repository_id = "900000009".into(), &["provenance.repository-id"]),
        (|b| b.owner_id = "900000009".into(), &["provenance.owner-id"]),
        (|b| b.reference = "refs/heads/main".into(), &["provenance.ref"]),
        (
            |b| b.workflow = ".github/workflows/build.yml.yml".into(),
            &["provenance.workflow/signer", "provenance.workflow/top-level"],
        ),
        (
            |b| b.repository = "silicon-to-source/silicon-to-source-demo2".into(),
            &[
                "provenance.repository",
                "provenance.workflow/signer",
                "provenance.workflow/top-level",
            ],
        ),
    ];
    for (change, expected) in cases {
        let mut build = Build::default();
        change(&mut build);
        let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
        assert_eq!(flaws(&provenance(&verified, &policy())), set(expected), "{build:?}");
    }
}

#[test]
fn each_extension_that_disagrees_with_its_twin_fails() {
    for (number, value, expected) in [
        (1, "https://gitlab.com", "provenance.issuer"),
        (2, "release", "provenance.trigger"),
        (3, "0000000000000000000000000000000000000000", "provenance.commit"),
        (5, "somebody/else", "provenance.repository"),
        (6, "refs/tags/v9", "provenance.ref"),
        (9, "https://github.com/a/b/.github/workflows/c.yml@refs/tags/v1", "provenance.workflow"),
    ] {
        let build = Build::default();
        let mut spec = BundleSpec::dsse(&build, statement(&build));
        spec.leaf.claims.insert(number, value.to_owned());
        let findings = provenance(&verified(&spec), &policy());
        let flaws = flaws(&findings);
        assert!(flaws.contains(expected), "{number}: {flaws:?}");
    }
}

#[test]
fn commit_that_is_no_object_name_fails() {
    for commit in ["0123456789ABCDEF0123456789abcdef01234567", "main", &"0".repeat(41)] {
        let build = Build { commit: commit.into(), ..Build::default() };
        let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
        let findings = provenance(&verified, &policy());
        assert_eq!(flaws(&findings), set(&["provenance.commit"]), "{commit}");
        assert!(claims(&verified).iter().all(|claim| claim.name != "git.commit"));
    }
}

#[test]
fn predicate_that_disagrees_with_the_certificate_fails_by_field() {
    type Change = fn(&mut Build);
    let cases: [(Change, &[&str]); 6] = [
        (|b| b.commit = "f".repeat(40), &["source"]),
        (|b| b.trigger = "release".into(), &["github.event_name"]),
        (|b| b.repository_id = "1".into(), &["github.repository_id"]),
        (|b| b.owner_id = "1".into(), &["github.repository_owner_id"]),
        (|b| b.runner = "self-hosted".into(), &["github.runner_environment"]),
        (|b| b.run = "1".into(), &["invocation"]),
    ];
    for (change, parts) in cases {
        let build = Build::default();
        let mut said = build.clone();
        change(&mut said);
        let verified = verified(&BundleSpec::dsse(&build, statement(&said)));
        let expected: Vec<String> =
            parts.iter().map(|part| format!("provenance.predicate-agrees/{part}")).collect();
        assert_eq!(
            flaws(&provenance(&verified, &policy())),
            expected.into_iter().collect(),
            "{said:?}"
        );
        let commit = claims(&verified).into_iter().find(|claim| claim.name == "git.commit");
        assert_eq!(commit.unwrap().value.to_string(), build.commit, "the certificate wins");
    }
}

#[test]
fn policy_that_pins_nobody_warns() {
    let build = Build::default();
    let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
    let findings = provenance(&verified, &ProvenancePolicy::default());
    let warned: Vec<&str> = findings
        .iter()
        .filter(|f| matches!(f.outcome, Outcome::Warn(reason) if reason.0 == "not-pinned"))
        .map(|f| f.check.id)
        .collect();
    assert_eq!(warned, ["provenance.workflow", "provenance.repository", "provenance.owner"]);
    let owner_only =
        ProvenancePolicy { owner_id: Some("900000002".into()), ..ProvenancePolicy::default() };
    let findings = provenance(&verified, &owner_only);
    assert!(findings.iter().all(|f| !matches!(f.outcome, Outcome::Warn(_))), "{findings:#?}");
}

#[test]
fn signing_workflow_of_another_repository_is_told_apart_from_the_source() {
    let build = Build::default();
    let mut spec = BundleSpec::dsse(&build, statement(&build));
    let shared = "https://github.com/shared/workflows/.github/workflows/sign.yml@refs/heads/main";
    spec.leaf.claims.insert(9, shared.to_owned());
    spec.leaf.names = vec![AltName::Uri(shared.into())];
    let verified = verified(&spec);
    let pinned = flaws(&provenance(&verified, &policy()));
    assert!(pinned.contains("provenance.workflow/signer"), "{pinned:?}");
    assert!(!pinned.contains("provenance.workflow/top-level"), "{pinned:?}");
    assert!(!pinned.contains("provenance.repository"), "{pinned:?}");
    let open = ProvenancePolicy { workflow: None, ..policy() };
    let findings = provenance(&verified, &open);
    let workflow = findings.iter().find(|f| f.check == &checks::PROVENANCE_WORKFLOW).unwrap();
    assert!(matches!(workflow.outcome, Outcome::Warn(reason) if reason.0 == "other-repository"));
}

/// The agreement findings of a real bundle under the public-good root.
fn agreement(package: &str, path: &str) -> Vec<Finding> {
    let path = common::crate_dir(package).unwrap().join(path);
    let bundle = Bundle::parse(&std::fs::read(path).unwrap()).unwrap();
    let verified = verify(&bundle, &TrustedRoot::embedded().unwrap(), None, now()).verified;
    let findings = provenance(&verified.unwrap(), &ProvenancePolicy::default());
    findings.into_iter().filter(|f| f.check == &checks::PROVENANCE_PREDICATE_AGREES).collect()
}

#[test]
fn npm_provenance_agrees_with_its_certificate() {
    let path = "test_data/bundles/sigstore.js@2.0.0-provenance.sigstore.json";
    let findings = agreement("sigstore-verify", path);
    let passed = findings.iter().filter(|finding| finding.passed()).count();
    assert!(passed >= 7, "{findings:#?}");
    for finding in findings {
        let fine = finding.passed() || finding.outcome == Outcome::Unknown(Why::NotApplicable);
        assert!(fine, "{finding:?}");
    }
}

/// Its statement is about loosebazooka/aa-test, and the conformance suite's own workflow signed
/// it.
#[test]
fn statement_copied_from_another_repository_disagrees_with_its_signer() {
    let findings = agreement("sigstore-bundle", "tests/fixtures/happy-path.json");
    let flaws = flaws(&findings);
    for part in ["workflow.repository", "github.repository_id", "invocation", "source", "builder"] {
        assert!(flaws.contains(&format!("provenance.predicate-agrees/{part}")), "{flaws:?}");
    }
}

#[test]
fn tinfoil_build_is_pinned_by_its_own_values() {
    let Some(path) = common::shared("vectors/tinfoil/attestation-bundle.json") else { return };
    let outer: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let bundle = Bundle::parse(outer["sigstoreBundle"].to_string().as_bytes()).unwrap();
    let verified = verify(&bundle, &TrustedRoot::embedded().unwrap(), None, now()).verified;
    let verified = verified.unwrap();
    let policy = ProvenancePolicy {
        repository: Some("https://github.com/tinfoilsh/confidential-model-router".into()),
        reference: Some(RefRule::Exact("refs/tags/v0.0.38".into())),
        ..ProvenancePolicy::default()
    };
    let findings = provenance(&verified, &policy);
    assert!(findings.iter().all(|f| !matches!(f.outcome, Outcome::Fail(_) | Outcome::Warn(_))));
    let other = ProvenancePolicy {
        repository: Some("https://github.com/tinfoilsh/confidential-model-route".into()),
        ..policy
    };
    assert!(flaws(&provenance(&verified, &other)).contains("provenance.repository"));
    let commit = claims(&verified).into_iter().find(|claim| claim.name == "git.commit").unwrap();
    assert_eq!(commit.value.to_string(), "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7");
}

#[test]
fn unverified_build_blocks_every_check() {
    let findings = blocked(&checks::SIGSTORE_SIGNATURE);
    assert_eq!(findings.len(), 15);
    for finding in findings {
        assert_eq!(
            finding.outcome,
            Outcome::Unknown(Why::Blocked { by: &checks::SIGSTORE_SIGNATURE })
        );
    }
}
