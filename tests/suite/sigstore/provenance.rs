//! Appraisal of signed builds: simulated builds whose signatures are all good and whose claims
//! are not, and real ones.

use std::collections::BTreeSet;

use s2s_sim::certificate::AltName;
use s2s_sim::sigstore::{Build, BundleSpec};
use serde_json::{Value as Json, json};
use silicon_to_source::builds::provenance::appraise::{blocked, claims, provenance};
use silicon_to_source::builds::provenance::policy::{ProvenancePolicy, RefRule, SignerRule};
use silicon_to_source::builds::sigstore::parse::Bundle;
use silicon_to_source::builds::sigstore::verify::{
    Artifact, TrustedRoot, VerifiedStatement, verify,
};
use silicon_to_source::builds::{provenance, sigstore};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::{Examined, Finding, Outcome, Value, Why};
use silicon_to_source::time::UnixTime;

use crate::common;
use crate::common::table::{Told, check_of};

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

/// The checks that did not pass, apart from those that have no meaning here and those that nobody
/// names a value for.
fn flaws(findings: &[Finding]) -> BTreeSet<String> {
    findings
        .iter()
        .filter(|finding| {
            let idle = [Why::NotApplicable, Why::NoReference].map(Outcome::Unknown);
            !idle.contains(&finding.outcome) && !finding.passed()
        })
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
    let findings = provenance(&verified, &policy(), now());
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
        assert_eq!(flaws(&provenance(&verified, &policy(), now())), set(expected), "{build:?}");
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
        let findings = provenance(&verified(&spec), &policy(), now());
        let flaws = flaws(&findings);
        assert!(flaws.contains(expected), "{number}: {flaws:?}");
    }
}

#[test]
fn commit_that_is_no_object_name_fails() {
    for commit in ["0123456789ABCDEF0123456789abcdef01234567", "main", &"0".repeat(41)] {
        let build = Build { commit: commit.into(), ..Build::default() };
        let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
        let findings = provenance(&verified, &policy(), now());
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
            flaws(&provenance(&verified, &policy(), now())),
            expected.into_iter().collect(),
            "{said:?}"
        );
        let commit = claims(&verified).into_iter().find(|claim| claim.name == "git.commit");
        assert_eq!(commit.unwrap().value.to_string(), build.commit, "the certificate wins");
    }
}

#[test]
fn policy_that_pins_nobody_compares_with_nothing() {
    let build = Build::default();
    let verified = verified(&BundleSpec::dsse(&build, statement(&build)));
    let findings = provenance(&verified, &ProvenancePolicy::default(), now());
    for check in ["provenance.workflow", "provenance.repository", "provenance.owner"] {
        let own = findings.iter().find(|finding| finding.check.id == check).unwrap();
        assert_eq!(own.outcome, Outcome::Unknown(Why::NoReference), "{check}");
    }
    let owner_only =
        ProvenancePolicy { owner_id: Some("900000002".into()), ..ProvenancePolicy::default() };
    let findings = provenance(&verified, &owner_only, now());
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
    let pinned = flaws(&provenance(&verified, &policy(), now()));
    assert!(pinned.contains("provenance.workflow/signer"), "{pinned:?}");
    assert!(!pinned.contains("provenance.workflow/top-level"), "{pinned:?}");
    assert!(!pinned.contains("provenance.repository"), "{pinned:?}");
    let open = ProvenancePolicy { workflow: None, ..policy() };
    let findings = provenance(&verified, &open, now());
    let workflow =
        findings.iter().find(|f| f.check == &provenance::checks::PROVENANCE_WORKFLOW).unwrap();
    assert!(matches!(workflow.outcome, Outcome::Warn(reason) if reason.0 == "other-repository"));
}

/// The agreement findings of a real bundle under the public-good root.
fn agreement(package: &str, path: &str) -> Vec<Finding> {
    let path = common::crate_dir(package).unwrap().join(path);
    let bundle = Bundle::parse(&std::fs::read(path).unwrap()).unwrap();
    let verified = verify(&bundle, &TrustedRoot::embedded().unwrap(), None, now()).verified;
    let findings = provenance(&verified.unwrap(), &ProvenancePolicy::default(), now());
    findings
        .into_iter()
        .filter(|f| f.check == &provenance::checks::PROVENANCE_PREDICATE_AGREES)
        .collect()
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
    let findings = provenance(&verified, &policy, now());
    assert!(findings.iter().all(|f| !matches!(f.outcome, Outcome::Fail(_) | Outcome::Warn(_))));
    let other = ProvenancePolicy {
        repository: Some("https://github.com/tinfoilsh/confidential-model-route".into()),
        ..policy
    };
    assert!(flaws(&provenance(&verified, &other, now())).contains("provenance.repository"));
    let commit = claims(&verified).into_iter().find(|claim| claim.name == "git.commit").unwrap();
    assert_eq!(commit.value.to_string(), "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7");
}

#[test]
fn unverified_build_blocks_every_check() {
    let findings = blocked(&sigstore::checks::SIGSTORE_SIGNATURE);
    assert_eq!(findings.len(), 19);
    for finding in findings {
        assert_eq!(
            finding.outcome,
            Outcome::Unknown(Why::Blocked { by: &sigstore::checks::SIGSTORE_SIGNATURE })
        );
    }
}

const SHARED: &str = "https://github.com/shared/workflows/.github/workflows/sign.yml";
const SHARED_COMMIT: &str = "1111111111111111111111111111111111111111";

/// A build of the pinned repository that a workflow of another repository signed.
fn shared_workflow() -> (BundleSpec, ProvenancePolicy) {
    let build = Build::default();
    let signer = format!("{SHARED}@refs/tags/v2");
    let mut said: Json = serde_json::from_slice(&statement(&build)).unwrap();
    said["predicate"]["runDetails"]["builder"]["id"] = json!(signer);
    let mut spec = BundleSpec::dsse(&build, serde_json::to_vec(&said).unwrap());
    spec.leaf.claims.insert(9, signer.clone());
    spec.leaf.claims.insert(10, SHARED_COMMIT.to_owned());
    spec.leaf.names = vec![AltName::Uri(signer)];
    let rule = SignerRule {
        workflow: SHARED.into(),
        reference: Some(RefRule::AnyTag),
        commit: Some(SHARED_COMMIT.into()),
    };
    (spec, ProvenancePolicy { signer: Some(rule), ..policy() })
}

#[test]
fn reusable_workflow_is_pinned_apart_from_the_source() {
    type Change = fn(&mut BundleSpec, &mut ProvenancePolicy);
    let cases: [(Change, &[&str]); 7] = [
        (|_, _| {}, &[]),
        (
            |_, policy| policy.signer.as_mut().unwrap().workflow.push('x'),
            &["provenance.signer/workflow"],
        ),
        (
            |_, policy| {
                policy.signer.as_mut().unwrap().reference =
                    Some(RefRule::Exact("refs/tags/v1".into()));
            },
            &["provenance.signer/ref"],
        ),
        (
            |spec, _| drop(spec.leaf.claims.insert(10, "2".repeat(40))),
            &["provenance.signer/commit"],
        ),
        (|spec, _| drop(spec.leaf.claims.remove(&10)), &["provenance.signer/commit"]),
        (
            |_, policy| policy.workflow = Some(".github/workflows/other.yml".into()),
            &["provenance.workflow/top-level"],
        ),
        (
            |_, policy| policy.repository_id = Some("900000009".into()),
            &["provenance.repository-id"],
        ),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let (mut spec, mut policy) = shared_workflow();
        change(&mut spec, &mut policy);
        let findings = provenance(&verified(&spec), &policy, now());
        assert_eq!(flaws(&findings), set(expected), "case {number}: {findings:#?}");
    }
}

/// SLSA v0.2 as slsa-github-generator writes it.
fn slsa_v0_2(build: &Build) -> Json {
    let uri = format!("git+{}@{}", build.repository_uri(), build.reference);
    json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [{ "name": "image", "digest": { "sha256": Sha256::of(ARTIFACT) } }],
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "predicate": {
            "builder": { "id": build.identity() },
            "buildType": "https://github.com/slsa-framework/slsa-github-generator/container@v1",
            "invocation": {
                "configSource": {
                    "uri": uri,
                    "digest": { "sha1": build.commit },
                    "entryPoint": build.workflow,
                },
                "environment": {
                    "github_event_name": build.trigger,
                    "github_repository_id": build.repository_id,
                    "github_repository_owner_id": build.owner_id,
                    "github_run_attempt": "1",
                    "github_run_id": build.run,
                },
            },
            "materials": [{ "uri": uri, "digest": { "sha1": build.commit } }],
        },
    })
}

#[test]
fn slsa_v0_2_agrees_field_by_field() {
    let zeros = "0".repeat(40);
    let cases = [
        ("", json!(null), &[][..]),
        (
            "/invocation/configSource/uri",
            json!("git+https://github.com/somebody/else@refs/tags/v1.0.0"),
            &["workflow.repository"],
        ),
        ("/invocation/configSource/digest/sha1", json!(zeros), &["config-source"]),
        ("/invocation/configSource/entryPoint", json!("other.yml"), &["workflow.path"]),
        ("/invocation/environment/github_event_name", json!("release"), &["github.event_name"]),
        ("/invocation/environment/github_repository_id", json!("1"), &["github.repository_id"]),
        (
            "/invocation/environment/github_repository_owner_id",
            json!("1"),
            &["github.repository_owner_id"],
        ),
        ("/invocation/environment/github_run_id", json!("1"), &["invocation"]),
        ("/materials/0/digest/sha1", json!(zeros), &["source"]),
        ("/materials/0/uri", json!("git+https://github.com/somebody/else"), &["source"]),
        ("/builder/id", json!("https://github.com/somebody/else"), &["builder"]),
    ];
    let build = Build::default();
    for (pointer, value, parts) in cases {
        let mut said = slsa_v0_2(&build);
        if !pointer.is_empty() {
            *said["predicate"].pointer_mut(pointer).unwrap() = value;
        }
        let spec = BundleSpec::dsse(&build, serde_json::to_vec(&said).unwrap());
        let expected =
            parts.iter().map(|part| format!("provenance.predicate-agrees/{part}")).collect();
        assert_eq!(flaws(&provenance(&verified(&spec), &policy(), now())), expected, "{pointer}");
    }
}

#[test]
fn what_only_the_job_says_is_named_as_its_own_word() {
    let build = Build::default();
    let mut said: Json = serde_json::from_slice(&statement(&build)).unwrap();
    said["predicate"]["runDetails"]["metadata"]["startedOn"] = json!("2024-12-01T00:00:00Z");
    said["predicate"]["buildDefinition"]["externalParameters"]["inputs"] = json!({ "tag": "v1" });
    let spec = BundleSpec::dsse(&build, serde_json::to_vec(&said).unwrap());
    let findings = provenance(&verified(&spec), &policy(), now());
    assert_eq!(
        flaws(&findings),
        set(&["provenance.job-says/inputs", "provenance.job-says/started"])
    );
    let inputs = findings.iter().find(|f| f.part.as_deref() == Some("inputs")).unwrap();
    assert_eq!(inputs.outcome, Outcome::Unknown(Why::NotPublished));
    assert_eq!(inputs.actual, Some(Value::text(r#"{"tag":"v1"}"#)));
}

/// GitHub's release attestation about the simulated repository.
fn release() -> Json {
    let tag = "v1.0.0";
    let name = "silicon-to-source/silicon-to-source-demo";
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            { "uri": format!("pkg:github/{name}@{tag}"), "digest": { "sha1": SHARED_COMMIT } },
            { "name": "image.tar", "digest": { "sha256": Sha256::of(ARTIFACT) } },
        ],
        "predicateType": "https://in-toto.io/attestation/release/v0.2",
        "predicate": {
            "databaseId": "1",
            "ownerId": "900000002",
            "purl": format!("pkg:github/{name}@{tag}"),
            "repository": name,
            "repositoryId": "900000001",
            "tag": tag,
        },
    })
}

fn release_spec(said: &Json) -> BundleSpec {
    let mut spec = BundleSpec::github(&Build::default(), serde_json::to_vec(said).unwrap());
    spec.leaf.names = vec![AltName::Uri("https://dotcom.releases.github.com".into())];
    spec.leaf.claims.clear();
    spec
}

fn examine_release(spec: &BundleSpec) -> (VerifiedStatement, Vec<Finding>) {
    let bundle = Bundle::parse(&spec.bytes()).unwrap();
    let root = TrustedRoot::simulated_github().unwrap();
    let examined = verify(&bundle, &root, Some(Artifact::Bytes(ARTIFACT)), now());
    let verified = examined.verified.unwrap_or_else(|| panic!("{:#?}", examined.findings));
    let policy = ProvenancePolicy {
        workflow: None,
        predicate_types: vec!["https://in-toto.io/attestation/release/v0.2".into()],
        ..policy()
    };
    let findings = provenance(&verified, &policy, now());
    (verified, findings)
}

#[test]
fn release_attestation_names_the_tags_commit_and_is_no_build() {
    let (verified, findings) = examine_release(&release_spec(&release()));
    assert_eq!(flaws(&findings), set(&["provenance.release"]), "{findings:#?}");
    let claims = claims(&verified);
    let claim = |name| claims.iter().find(|claim| claim.name == name).unwrap().value.to_string();
    assert_eq!(claim("git.commit"), SHARED_COMMIT);
    assert_eq!(claim("git.ref"), "refs/tags/v1.0.0");
    assert_eq!(
        claim("git.repository"),
        "https://github.com/silicon-to-source/silicon-to-source-demo"
    );
}

#[test]
fn each_unexpected_value_of_a_release_fails_its_own_check() {
    type Change = fn(&mut Json);
    let cases: [(Change, &[&str]); 6] = [
        (|said| said["predicate"]["repositoryId"] = json!("1"), &["provenance.repository-id"]),
        (|said| said["predicate"]["ownerId"] = json!("1"), &["provenance.owner-id"]),
        (|said| said["predicate"]["purl"] = json!("pkg:github/a/b@v1"), &[]),
        (
            |said| {
                let more = json!({ "uri": "x", "digest": { "sha1": "2".repeat(40) } });
                said["subject"].as_array_mut().unwrap().push(more);
            },
            &[],
        ),
        (|said| drop(said["subject"].as_array_mut().unwrap().remove(0)), &[]),
        (
            |said| {
                said["predicate"]["repository"] = json!("somebody/else");
                said["predicate"]["purl"] = json!("pkg:github/somebody/else@v1.0.0");
            },
            &["provenance.owner", "provenance.repository"],
        ),
    ];
    for (change, expected) in cases {
        let mut said = release();
        change(&mut said);
        let (_, findings) = examine_release(&release_spec(&said));
        let mut expected = set(expected);
        expected.insert("provenance.release".into());
        assert_eq!(flaws(&findings), expected, "{said}");
    }
    let mut spec = release_spec(&release());
    spec.leaf.names = vec![AltName::Uri("https://dotcom.releases.github.com.example".into())];
    let (_, findings) = examine_release(&spec);
    assert_eq!(flaws(&findings), set(&["provenance.issuer", "provenance.release"]));
}

#[test]
fn release_attestation_is_refused_where_a_build_is_asked_for() {
    let (verified, _) = examine_release(&release_spec(&release()));
    let findings = provenance(&verified, &ProvenancePolicy { workflow: None, ..policy() }, now());
    assert!(flaws(&findings).contains("provenance.predicate-type"));
}

/// A finding, what becomes of it, and the build, statement or policy for which exactly its check
/// does not pass.
type Row = (&'static str, &'static str, fn(&mut Build, &mut Json, &mut ProvenancePolicy));

const ROWS: &[Row] = &[
    ("provenance.predicate-type", "fail not-accepted", |_, _, policy| {
        policy.predicate_types = vec!["x".into()];
    }),
    ("provenance.statement-type", "fail not-accepted", |_, _, policy| {
        policy.statement_types = vec!["https://in-toto.io/Statement/v0.1".into()];
    }),
    ("provenance.payload-type", "fail not-accepted", |_, _, policy| {
        policy.payload_types = vec!["application/json".into()];
    }),
    ("provenance.age", "fail too-old", |_, _, policy| policy.maximum_age_days = Some(1)),
    ("provenance.identity", "fail not-accepted", |_, _, policy| {
        policy.identities = vec!["somebody@example.com".into()];
    }),
    ("provenance.issuer", "fail not-equal", |build, _, _| {
        build.issuer = "https://gitlab.com".into();
    }),
    ("provenance.workflow/signer", "fail not-equal", |_, _, policy| {
        policy.workflow = Some("other.yml".into());
    }),
    ("provenance.signer/workflow", "fail not-equal", |_, _, policy| {
        let workflow = "https://github.com/somebody/else".into();
        policy.signer = Some(SignerRule { workflow, reference: None, commit: None });
    }),
    ("provenance.runner", "fail not-accepted", |_, _, policy| {
        policy.runners = vec!["self-hosted".into()];
    }),
    ("provenance.trigger", "fail not-accepted", |_, _, policy| {
        policy.triggers = vec!["release".into()];
    }),
    ("provenance.repository", "fail not-equal", |_, _, policy| {
        policy.workflow = None;
        policy.repository = Some("https://github.com/somebody/else".into());
    }),
    ("provenance.repository-id", "fail not-equal", |_, _, policy| {
        policy.repository_id = Some("1".into());
    }),
    ("provenance.owner", "fail not-equal", |_, _, policy| {
        policy.owner = Some("https://github.com/a".into());
    }),
    ("provenance.owner-id", "fail not-equal", |_, _, policy| policy.owner_id = Some("1".into())),
    ("provenance.ref", "fail not-accepted", |_, _, policy| {
        policy.reference = Some(RefRule::Exact("refs/tags/v2".into()));
    }),
    ("provenance.commit", "fail malformed", |build, _, _| build.commit = "main".into()),
    ("provenance.predicate-agrees/github.event_name", "fail not-equal", |_, said, _| {
        let parameters = &mut said["predicate"]["buildDefinition"]["internalParameters"];
        parameters["github"]["event_name"] = json!("release");
    }),
    ("provenance.job-says/finished", "unknown not-published", |_, said, _| {
        said["predicate"]["runDetails"]["metadata"]["finishedOn"] = json!("2024-12-01");
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|(finding, becomes, _)| (*finding, *becomes)).collect()
}

fn outcome(finding: &Finding) -> String {
    match finding.outcome {
        Outcome::Pass => "pass".to_owned(),
        Outcome::Warn(reason) => format!("warn {}", reason.0),
        Outcome::Allowed(reason) => format!("allowed {}", reason.0),
        Outcome::Unknown(why) => format!("unknown {}", why.word()),
        Outcome::Fail(reason) => format!("fail {}", reason.0),
        other => panic!("no row names {other:?}"),
    }
}

#[test]
fn each_spoiled_thing_turns_exactly_its_check() {
    for (finding, becomes, change) in ROWS {
        let (mut build, mut policy) = (Build::default(), policy());
        change(&mut build, &mut json!({ "predicate": {} }), &mut policy);
        let mut said: Json = serde_json::from_slice(&statement(&build)).unwrap();
        change(&mut build, &mut said, &mut policy);
        let spec = BundleSpec::dsse(&build, serde_json::to_vec(&said).unwrap());
        let findings = provenance(&verified(&spec), &policy, now());
        let flaws = flaws(&findings);
        let names: BTreeSet<&str> = flaws.iter().map(|flaw| check_of(flaw)).collect();
        assert_eq!(names, BTreeSet::from([check_of(finding)]), "{flaws:?}");
        let own = findings.iter().find(|own| {
            let part = own.part.as_ref().map_or(String::new(), |part| format!("/{part}"));
            format!("{}{part}", own.check.id) == *finding
        });
        assert_eq!(outcome(own.unwrap()), *becomes, "{finding}");
    }
}
