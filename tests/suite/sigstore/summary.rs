//! SLSA's verification summary in a bundle: its signer's word about an artifact, and no build.

use s2s_sim::sigstore::{Build, BundleSpec};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Report, State};

use crate::common::examine;
use crate::common::table::{self, Row, Told, assert_rows, findings};

const ARTIFACT: &[u8] = b"image";

/// A summary and the policy it is examined under.
struct Case {
    said: Json,
    artifact: Sha256,
    policy: Json,
}

impl Case {
    fn sound() -> Self {
        let mut policy: Json = serde_json::from_str(builtin("sigstore").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        let artifact = Sha256::of(ARTIFACT);
        // The specification's own example, shortened.
        let said = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": "image", "digest": { "sha256": artifact } }],
            "predicateType": "https://slsa.dev/verification_summary/v1",
            "predicate": {
                "verifier": { "id": "https://example.com/publication_verifier" },
                "timeVerified": "1985-04-12T23:20:50.52Z",
                "resourceUri": "https://example.com/example-1.2.3.tar.gz",
                "policy": { "uri": "https://example.com/example_tarball.policy" },
                "verificationResult": "PASSED",
                "verifiedLevels": ["SLSA_BUILD_LEVEL_3"],
                "slsaVersion": "1.0",
            },
        });
        Self { said, artifact, policy }
    }

    fn examine(&self) -> Report {
        let mut policy = self.policy.clone();
        policy["sigstore"] = json!({ "artifact": format!("sha256:{}", self.artifact) });
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let statement = serde_json::to_vec(&self.said).unwrap();
        let bundle = BundleSpec::dsse(&Build::default(), statement).bytes();
        examine(&bundle, &[], Some(&policy), "2026-11-01T00:00:00Z".parse().unwrap()).unwrap()
    }
}

const fn row(becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::sound, "provenance.summary", becomes, spoil)
}

const ROWS: &[Row<Case>] = &[
    row("fail not-passed", |case| {
        case.said["predicate"]["verificationResult"] = json!("FAILED");
    }),
    row("fail malformed", |case| {
        case.said["predicate"].as_object_mut().unwrap().remove("verificationResult");
    }),
    row("fail malformed", |case| {
        case.said["predicate"]["verificationResult"] = json!(true);
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    [table::told(ROWS), vec![("provenance.summary", "warn not-a-build")]].concat()
}

#[test]
fn each_spoiled_summary_fails_its_check_and_no_other() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn a_summary_names_no_source_and_is_no_build() {
    for version in ["v1", "v0.2"] {
        let mut case = Case::sound();
        case.said["predicateType"] =
            json!(format!("https://slsa.dev/verification_summary/{version}"));
        let report = case.examine();
        let found = findings(&report);
        assert_eq!(found["provenance.summary"], "warn not-a-build", "{found:#?}");
        assert_eq!(found["provenance.commit"], "unknown not-applicable");
        assert_eq!(found["sigstore.subject"], "pass");
        // The built-in policy asks for a build.
        assert_eq!(report.verdict.state, State::Unknown);
        assert_eq!(report.verdict.lacks, ["level-not-reached"]);
        assert_eq!(report.assurance.level, None);
        assert!(report.claims.iter().all(|claim| !claim.name.starts_with("git.")));
        let claim = |name| report.claims.iter().find(|own| own.name == name).unwrap();
        assert_eq!(claim("summary.levels").value.to_string(), "SLSA_BUILD_LEVEL_3");
        assert_eq!(
            claim("summary.verifier").value.to_string(),
            "https://example.com/publication_verifier"
        );
    }
}

/// Its workflow's own commit is not the artifact's, whatever a policy accepts.
#[test]
fn a_policy_that_names_a_source_is_not_met_by_a_summary() {
    let mut case = Case::sound();
    case.policy["provenance"]["repository"] =
        json!("https://github.com/silicon-to-source/silicon-to-source-demo");
    let report = case.examine();
    assert_eq!(findings(&report)["provenance.repository"], "fail missing");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn a_summary_about_another_artifact_says_nothing_of_this_one() {
    let mut case = Case::sound();
    case.artifact = Sha256::of(b"another");
    let found = findings(&case.examine());
    assert_eq!(found["sigstore.subject"], "fail not-listed");
    assert!(!found.contains_key("provenance.summary"), "{found:#?}");
}
