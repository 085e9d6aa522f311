//! Every check of Google Cloud Build's provenance, with a document that makes exactly it fail,
//! warn or stay open.

use s2s_sim::gcb::{CloudBuildSpec, EnvelopeSpec, REGIONAL_KEY, statement_v0_1};
use s2s_sim::keys::Key;
use s2s_sim::oci::ImageSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::{cloud_build, image, provenance};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error;
use silicon_to_source::finding::{Finding, LinkId, Value, Why};
use silicon_to_source::formats::snp;
use silicon_to_source::pki::build_keys::SIMULATED_CLOUD_BUILD;
use silicon_to_source::report::{Became, Draft, Level, Report, RootOfTrust, State, Subject};
use silicon_to_source::services::coordinator;
use silicon_to_source::time::UnixTime;

use crate::common::examine;
use crate::common::table::{self, Also, Row, Told, assert_rows, findings};

/// 2030-01-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_893_456_000);

struct Case {
    spec: CloudBuildSpec,
    policy: Json,
    files: Vec<Vec<u8>>,
}

impl Case {
    fn v1() -> Self {
        let image = ImageSpec::default();
        let mut policy: Json = serde_json::from_str(builtin("cloud-build").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        let provenance = policy["provenance"].as_object_mut().unwrap();
        provenance.extend([
            (
                "repository".to_owned(),
                json!("https://github.com/silicon-to-source/silicon-to-source-demo"),
            ),
            ("owner".to_owned(), json!("https://github.com/silicon-to-source")),
            ("workflow".to_owned(), json!("cloudbuild.yaml")),
            ("reference".to_owned(), json!({ "exact": "refs/heads/main" })),
            ("cloud-build".to_owned(), json!({ "projects": ["simulated-project"] })),
        ]);
        Self {
            spec: CloudBuildSpec::of(image.manifest_digest()),
            policy,
            files: vec![image.manifest_bytes()],
        }
    }

    fn both() -> Self {
        let spec = CloudBuildSpec::with_v0_1(ImageSpec::default().manifest_digest());
        Self { spec, ..Self::v1() }
    }

    fn v0_1() -> Self {
        let mut case = Self::both();
        case.spec.envelopes.remove(0);
        case.policy["provenance"].as_object_mut().unwrap().remove("reference");
        case.policy["provenance"]["cloud-build"]["projects"] = json!(["900000004"]);
        case
    }

    /// Signed by an older key, over the payload alone.
    fn older() -> Self {
        let mut case = Self::v0_1();
        let statement = statement_v0_1(ImageSpec::default().manifest_digest());
        case.spec.envelopes = vec![EnvelopeSpec::older(statement)];
        case
    }

    /// As a worker of version 0.2 wrote it: the commit is in the address of the source.
    fn v0_2() -> Self {
        let mut case = Self::older();
        let predicate = &mut case.statement()["predicate"];
        let worker = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.2";
        predicate["builder"]["id"] = json!(worker);
        predicate["recipe"]["type"] = json!(worker);
        let source = "https://github.com/silicon-to-source/silicon-to-source-demo/commit/";
        predicate["materials"] =
            json!([{ "uri": format!("{source}0123456789abcdef0123456789abcdef01234567") }]);
        case
    }

    fn arguments(&mut self) -> &mut Json {
        &mut self.statement()["predicate"]["recipe"]["arguments"]["substitutions"]
    }

    fn with_index() -> Self {
        let image = ImageSpec::default();
        let files = vec![image.manifest_bytes(), image.index_bytes()];
        Self { spec: CloudBuildSpec::of(image.index_digest()), files, ..Self::v1() }
    }

    fn try_examine(&self) -> Result<Report, error::Error> {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        let files: Vec<&[u8]> = self.files.iter().map(Vec::as_slice).collect();
        examine(&self.spec.bytes(), &files, Some(&policy), NOW)
    }

    fn examine(&self) -> Report {
        self.try_examine().unwrap()
    }

    fn statement(&mut self) -> &mut Json {
        &mut self.spec.envelopes[0].statement
    }

    fn definition(&mut self) -> &mut Json {
        &mut self.statement()["predicate"]["buildDefinition"]
    }

    fn substitutions(&mut self) -> &mut Json {
        &mut self.definition()["internalParameters"]["systemSubstitutions"]
    }
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::v1, finding, becomes, spoil)
}

const ZEROS: &str = "0000000000000000000000000000000000000000";
const NO_COMMIT: &str = "there is no commit to compare it with";

const NO_IMAGE: Also = &[
    ("oci.manifest", "absent", "no image is named"),
    ("oci.index", "absent", "no image is named"),
    ("oci.platform", "absent", "no image is named"),
    ("link.image", "unknown not-published", "no image is named"),
];

const ROWS: &[Row<Case>] = &[
    row("gcb.envelope", "fail payload-type", |case| {
        case.spec.envelopes[0].payload_type = "application/json".into();
    }),
    row("gcb.signature", "fail bad-signature", |case| {
        case.spec.envelopes[0].signers[0].1 = Key::StrangerP256;
    }),
    row("gcb.signature", "fail bad-signature", |case| {
        case.spec.envelopes[0].signers[0].1 = Key::StrangerP256;
    })
    .on(Case::older)
    .also(&[("gcb.envelope", "pass", "no key's signature stands for the content")]),
    row("gcb.builder", "fail build-type", |case| {
        case.statement()["predicate"]["recipe"]["type"] = json!("https://example.com/type/v1");
    })
    .on(Case::v0_2),
    row("provenance.ref", "fail not-accepted", |case| {
        case.policy["provenance"]["reference"] = json!("any-tag");
    })
    .on(Case::older),
    row("gcb.agrees/branch", "fail not-equal", |case| {
        case.arguments()["REF_NAME"] = json!("other");
    })
    .on(Case::v0_1)
    .also(&[("provenance.ref", "unknown not-published", "the two places differ")]),
    row("gcb.signature", "fail unsigned", |case| case.spec.envelopes[0].signers.clear()),
    row("gcb.signature", "fail bad-signature", |case| {
        let own = case.spec.envelopes[0].signers[0].0.clone();
        case.spec.envelopes[0].signers.push((own, Key::StrangerP256));
    }),
    row("gcb.signature/envelope 2", "fail bad-signature", |case| {
        case.spec.envelopes[1].signers[0].1 = Key::StrangerP256;
    })
    .on(Case::both),
    row("gcb.regional-key/us-west2", "unknown not-supported", |case| {
        case.spec.envelopes[0].signers.push((REGIONAL_KEY.into(), Key::StrangerP256));
        case.policy["required"].as_array_mut().unwrap().push(json!("gcb.regional-key"));
    }),
    row("provenance.statement", "fail unsupported", |case| {
        case.statement()["_type"] = json!("https://in-toto.io/Statement/v2");
    })
    .also(NO_IMAGE),
    row("provenance.statement", "fail malformed", |case| case.statement()["subject"] = json!([]))
        .also(NO_IMAGE),
    row("gcb.subject", "fail not-listed", |case| {
        let other = format!("sha256:{}", "0".repeat(64));
        case.policy["sigstore"] = json!({ "artifact": other });
    })
    .also(NO_IMAGE),
    row("gcb.subject", "unknown not-fetched", |case| {
        let mut other = ImageSpec::default();
        other.manifest["annotations"] = json!({ "other": "image" });
        case.files = vec![other.manifest_bytes()];
    })
    .also(NO_IMAGE),
    row("gcb.subject", "unknown not-fetched", |case| case.files.clear()).also(NO_IMAGE),
    row("gcb.subject", "unknown not-fetched", |case| {
        case.files.remove(1);
    })
    .on(Case::with_index)
    .also(NO_IMAGE),
    row("gcb.unsigned/summary", "fail not-listed", |case| {
        case.spec.summary = Some(format!("sha256:{}", "0".repeat(64)));
    }),
    row("gcb.unsigned/text 1", "fail not-equal", |case| {
        let mut copy = case.spec.envelopes[0].statement.clone();
        copy["predicate"]["buildDefinition"]["externalParameters"]["buildConfigSource"]["ref"] =
            json!("refs/tags/v1");
        case.spec.envelopes[0].unsigned = Some(copy);
    }),
    row("gcb.unsigned/text 1", "fail not-equal", |case| {
        let mut copy = case.spec.envelopes[0].statement.clone();
        copy["subject"].as_array_mut().unwrap().pop();
        case.spec.envelopes[0].unsigned = Some(copy);
    }),
    row("gcb.unsigned/text 1", "fail not-equal", |case| {
        let mut copy = case.spec.envelopes[0].statement.clone();
        copy["more"] = json!("than was signed");
        case.spec.envelopes[0].unsigned = Some(copy);
    }),
    row("gcb.builder", "fail not-accepted", |case| {
        case.statement()["predicate"]["runDetails"]["builder"]["id"] =
            json!("https://cloudbuild.googleapis.com/SomebodyElsesWorker");
    }),
    row("gcb.builder", "fail build-type", |case| {
        case.definition()["buildType"] = json!("https://example.com/type/v1");
    }),
    row("gcb.project", "fail not-accepted", |case| {
        case.policy["provenance"]["cloud-build"]["projects"] = json!(["simulated-project-2"]);
    }),
    row("gcb.project", "fail not-accepted", |case| {
        case.policy["provenance"]["cloud-build"]["projects"] = json!(["900000005"]);
    })
    .on(Case::v0_1),
    row("gcb.project", "unknown no-reference", |case| {
        case.policy["provenance"]["cloud-build"] = json!({});
    }),
    row("gcb.agrees/commit-sha", "fail not-equal", |case| {
        case.substitutions()["COMMIT_SHA"] = json!(ZEROS);
    }),
    row("gcb.agrees/revision-id", "fail not-equal", |case| {
        case.substitutions()["REVISION_ID"] = json!(ZEROS);
    }),
    row("gcb.agrees/short-sha", "fail not-equal", |case| {
        case.substitutions()["SHORT_SHA"] = json!("0000000");
    }),
    row("gcb.agrees/repository", "fail not-equal", |case| {
        case.substitutions()["REPO_FULL_NAME"] = json!("somebody/else");
    }),
    row("gcb.agrees/config-path", "fail not-equal", |case| {
        case.substitutions()["TRIGGER_BUILD_CONFIG_PATH"] = json!("other.yaml");
    }),
    row("gcb.agrees/branch", "fail not-equal", |case| {
        case.substitutions()["BRANCH_NAME"] = json!("other");
    }),
    row("gcb.agrees/build", "fail not-equal", |case| {
        case.substitutions()["BUILD_ID"] = json!("other");
    }),
    row("gcb.agrees/other-statement.commit", "fail not-equal", |case| {
        case.spec.envelopes[1].statement["predicate"]["materials"][0]["digest"]["sha1"] =
            json!(ZEROS);
    })
    .on(Case::both),
    row("gcb.agrees/other-statement.repository", "fail not-equal", |case| {
        case.spec.envelopes[1].statement["predicate"]["materials"][0]["uri"] =
            json!("git+https://github.com/somebody/else");
    })
    .on(Case::both),
    row("gcb.agrees/other-statement.subjects", "fail not-equal", |case| {
        let more = json!({ "name": "b", "digest": { "sha256": "0".repeat(64) } });
        case.spec.envelopes[1].statement["subject"].as_array_mut().unwrap().push(more);
    })
    .on(Case::both),
    row("gcb.agrees/commit-sha", "fail not-equal", |case| {
        case.statement()["predicate"]["recipe"]["arguments"]["substitutions"]["COMMIT_SHA"] =
            json!(ZEROS);
    })
    .on(Case::v0_1),
    row("provenance.predicate-type", "fail not-accepted", |case| {
        case.policy["provenance"]["predicate-types"] = json!(["https://slsa.dev/provenance/v0.1"]);
    }),
    row("provenance.statement-type", "fail not-accepted", |case| {
        case.policy["provenance"]["statement-types"] = json!(["https://in-toto.io/Statement/v0"]);
    }),
    row("provenance.payload-type", "fail not-accepted", |case| {
        case.policy["provenance"]["payload-types"] = json!(["application/json"]);
    }),
    row("provenance.age", "fail missing", |case| {
        case.policy["provenance"]["maximum-age-days"] = json!(30);
    }),
    row("provenance.identity", "fail not-accepted", |case| {
        case.policy["provenance"]["identities"] = json!(["somebody@example.com"]);
    }),
    row("provenance.issuer", "fail not-accepted", |case| {
        case.policy["provenance"].as_object_mut().unwrap().remove("cloud-build");
    })
    .also(&[("gcb.project", "unknown no-reference", "no project is pinned either")]),
    row("provenance.workflow", "fail not-equal", |case| {
        case.policy["provenance"]["workflow"] = json!("build/cloudbuild.yaml");
    }),
    row("provenance.signer", "fail missing", |case| {
        case.policy["provenance"]["signer"] = json!({ "workflow": "https://github.com/a/b/c" });
    }),
    row("provenance.trigger", "fail pull-request", |case| {
        case.substitutions()["_PR_NUMBER"] = json!("7");
    }),
    row("provenance.trigger", "fail pull-request", |case| {
        case.definition()["externalParameters"]["substitutions"]["_HEAD_REPO_URL"] =
            json!("https://github.com/somebody/else");
    }),
    row("provenance.repository", "fail not-equal", |case| {
        case.policy["provenance"]["repository"] =
            json!("https://github.com/silicon-to-source/silicon-to-source-demo2");
    }),
    row("provenance.repository-id", "fail missing", |case| {
        case.policy["provenance"]["repository-id"] = json!("900000001");
    }),
    row("provenance.owner", "fail not-equal", |case| {
        case.policy["provenance"]["owner"] = json!("https://github.com/silicon");
    }),
    row("provenance.owner-id", "fail missing", |case| {
        case.policy["provenance"]["owner-id"] = json!("900000002");
    }),
    row("provenance.ref", "fail not-accepted", |case| {
        case.policy["provenance"]["reference"] = json!("any-tag");
    }),
    row("provenance.commit", "fail malformed", |case| {
        case.definition()["resolvedDependencies"][0]["digest"]["gitCommit"] = json!("main");
        let substitutions = case.substitutions();
        for name in ["COMMIT_SHA", "REVISION_ID", "SHORT_SHA"] {
            substitutions[name] = json!("main");
        }
    }),
];

/// Rows whose verdict is that the operator published nothing.
const NOT_PUBLISHED: &[Row<Case>] = &[row("provenance.commit", "unknown not-published", |case| {
    case.definition()["resolvedDependencies"] = json!([]);
})
.also(&[
    ("gcb.agrees/commit-sha", "unknown not-published", NO_COMMIT),
    ("gcb.agrees/revision-id", "unknown not-published", NO_COMMIT),
    ("gcb.agrees/short-sha", "unknown not-published", NO_COMMIT),
])];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    [table::told(ROWS), table::told(NOT_PUBLISHED), ALWAYS.to_vec(), vec![OLDER]].concat()
}

/// What is open or a warning for every document: no document could decide it otherwise.
const ALWAYS: [(&str, &str); 2] = [("gcb.time", "warn no-time"), ("gcb.log", "warn no-log")];

/// What is known about each document that an older key signed.
const OLDER: (&str, &str) = ("gcb.envelope", "warn not-signed");

#[test]
fn older_keys_sign_the_payload_and_not_what_kind_of_content_it_is() {
    for case in [Case::older(), Case::v0_2()] {
        let found = findings(&case.examine());
        assert_eq!((found["gcb.signature"].as_str(), found[OLDER.0].as_str()), ("pass", OLDER.1));
        assert_eq!(found["provenance.commit"], "pass");
        let claims = case.examine().claims;
        let claim = |name| claims.iter().find(|claim| claim.name == name).map(|own| &own.value);
        let commit = Value::Hex("0123456789abcdef0123456789abcdef01234567".into());
        assert_eq!(claim("git.commit"), Some(&commit));
        let repository = "https://github.com/silicon-to-source/silicon-to-source-demo";
        assert_eq!(claim("git.repository"), Some(&Value::text(repository)));
    }
}

#[test]
fn a_signature_is_over_the_bytes_that_its_key_signs_and_no_others() {
    let ids = [Case::v0_1(), Case::older()].map(|case| case.spec.envelopes[0].signers[0].0.clone());
    let [current, older] = ids;
    for (case, other) in [(Case::v0_1(), older), (Case::older(), current)] {
        let mut envelope = case.spec.envelopes[0].json();
        envelope["signatures"][0]["keyid"] = json!(other);
        let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
        let report = examine(envelope.to_string().as_bytes(), &[], Some(&policy), NOW).unwrap();
        assert_eq!(findings(&report)["gcb.signature"], "fail bad-signature");
    }
}

/// An older key decides nothing where a current one signed.
#[test]
fn older_keys_count_only_where_no_current_one_signed() {
    let mut case = Case::both();
    case.spec.envelopes[1] = EnvelopeSpec::older(case.spec.envelopes[1].statement.clone());
    let found = findings(&case.examine());
    assert_eq!(found["gcb.regional-key/envelope 2"], "unknown not-supported");
    assert!(!found.contains_key("gcb.signature/envelope 2"));
}

#[test]
fn tag_of_the_older_predicate_is_its_substitution_where_the_ref_agrees() {
    let tagged = |name: &str, reference: &str| {
        let mut case = Case::older();
        case.policy["provenance"]["reference"] = json!({ "exact": "refs/tags/v39" });
        let arguments = case.arguments();
        arguments.as_object_mut().unwrap().remove("BRANCH_NAME");
        arguments["TAG_NAME"] = json!(name);
        arguments["REF_NAME"] = json!(reference);
        findings(&case.examine())["provenance.ref"].clone()
    };
    assert_eq!(tagged("v39", "v39"), "pass");
    assert_eq!(tagged("v40", "v40"), "fail not-accepted");
    assert_eq!(tagged("v39", "main"), "fail missing");
}

#[test]
fn every_check_has_a_document_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn two_checks_warn_about_every_document() {
    for case in [Case::v1(), Case::both(), Case::v0_1(), Case::with_index()] {
        let found = findings(&case.examine());
        for (check, outcome) in ALWAYS {
            assert_eq!(found[check], outcome);
        }
    }
}

#[test]
fn build_without_a_git_source_names_no_commit() {
    for row in NOT_PUBLISHED {
        let mut case = (row.base)();
        (row.spoil)(&mut case);
        let report = case.examine();
        assert_eq!(findings(&report)[row.finding], row.becomes);
        for (also, becomes, _) in row.also {
            assert_eq!(findings(&report)[*also], *becomes);
        }
        assert_eq!(report.verdict.state, State::NotPublished);
        assert!(report.claims.iter().all(|claim| claim.name != "git.commit"));
    }
}

#[test]
fn healthy_documents_hold_with_the_two_warnings_and_no_level() {
    for case in [Case::v1(), Case::both(), Case::v0_1(), Case::with_index()] {
        let report = case.examine();
        assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
        let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
        assert_eq!(because, ["gcb.time", "gcb.log"]);
        assert_eq!(report.assurance.root_of_trust, RootOfTrust::BuildOnly);
        assert_eq!(report.assurance.level, None::<Level>);
        let commit = report.claims.iter().find(|claim| claim.name == "git.commit").unwrap();
        assert_eq!(commit.value, Value::Hex("0123456789abcdef0123456789abcdef01234567".into()));
    }
}

#[test]
fn project_is_accepted_by_number_as_well() {
    let mut case = Case::v1();
    case.policy["provenance"]["cloud-build"]["projects"] = json!(["900000004"]);
    assert_eq!(findings(&case.examine())["gcb.project"], "pass");
}

#[test]
fn envelope_of_regional_keys_beside_a_verified_one_is_named_as_not_accepted() {
    let mut case = Case::both();
    case.spec.envelopes[1].signers[0].0 = REGIONAL_KEY.into();
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning);
    let key = "gcb.regional-key/envelope 2";
    assert_eq!(findings(&report)[key], "unknown not-supported");
    assert!(
        report.not_checked.iter().any(|open| open.check == &cloud_build::checks::GCB_REGIONAL_KEY)
    );
    assert!(!findings(&report).keys().any(|name| name == "gcb.signature/envelope 2"));
}

#[test]
fn platform_manifest_that_was_signed_for_is_found_through_the_index_that_is_asked_about() {
    let image = ImageSpec::default();
    let mut case = Case::v1();
    case.files = vec![image.index_bytes()];
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
    assert_eq!(findings(&report)["gcb.subject"], "pass");
}

#[test]
fn summary_that_nobody_signed_identifies_no_image() {
    let mut case = Case::v1();
    case.files.clear();
    assert!(case.spec.summary.is_some());
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(findings(&report)["gcb.subject"], "unknown not-fetched");
}

#[test]
fn artifact_that_the_policy_names_comes_before_the_files() {
    let mut case = Case::v1();
    case.files.clear();
    let own = ImageSpec::default().manifest_digest();
    case.policy["sigstore"] = json!({ "artifact": format!("sha256:{own}") });
    assert_eq!(findings(&case.examine())["gcb.subject"], "pass");
    case.files = Case::v1().files;
    case.policy["sigstore"] = json!({ "artifact": format!("sha256:{}", "0".repeat(64)) });
    assert_eq!(findings(&case.examine())["gcb.subject"], "fail not-listed");
}

#[test]
fn bare_envelope_is_examined_like_the_whole_answer() {
    let case = Case::v1();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let bare = case.spec.envelopes[0].json().to_string();
    let files: Vec<&[u8]> = case.files.iter().map(Vec::as_slice).collect();
    let report = examine(bare.as_bytes(), &files, Some(&policy), NOW).unwrap();
    assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
    assert_eq!(findings(&report)["gcb.unsigned"], "unknown not-applicable");
}

/// Whose keys they are, is not known here: nothing failed, and nothing was shown.
#[test]
fn keys_that_nobody_knows_leave_the_signature_open() {
    let other = format!("{}0", Case::v1().spec.envelopes[0].signers[0].0);
    for (key, finding) in
        [(other, "gcb.regional-key"), (REGIONAL_KEY.to_owned(), "gcb.regional-key/us-west2")]
    {
        let mut case = Case::v1();
        case.spec.envelopes[0].signers[0].0 = key.clone();
        let report = case.examine();
        let found = findings(&report);
        assert_eq!(found["gcb.signature"], "unknown no-reference", "{key}");
        assert_eq!(found[finding], "unknown not-supported", "{key}");
        assert_eq!(found["provenance.commit"], "blocked by gcb.signature", "{key}");
        assert_eq!(report.verdict.state, State::Unknown, "{key}");
        // Beside a known key it decides nothing.
        let mut case = Case::v1();
        case.spec.envelopes[0].signers.push((key, Key::StrangerP256));
        let report = case.examine();
        assert_eq!(findings(&report)["gcb.signature"], "pass");
        assert_eq!(report.verdict.state, Case::v1().examine().verdict.state);
    }
}

#[test]
fn simulated_key_counts_under_simulated_roots_only() {
    let mut case = Case::v1();
    case.policy["roots"] = json!("vendor");
    let report = case.examine();
    assert_eq!(findings(&report)["gcb.signature"], "fail simulated");
    assert_eq!((report.verdict.state, report.simulated), (State::Failed, true));
    assert!(report.claims.is_empty());
}

#[test]
fn files_that_are_of_no_use_beside_a_build_are_told_and_decide_nothing() {
    let alone = findings(&Case::v1().examine());
    for file in [b"\x30\x00".to_vec(), Case::both().spec.bytes(), b"{}".to_vec()] {
        let mut case = Case::v1();
        case.files.push(file);
        let report = case.examine();
        assert_eq!(findings(&report), alone);
        let last = report.files.last().unwrap();
        assert!(matches!(last.became, Became::NotAboutThis | Became::NotKnown), "{last:?}");
    }
}

#[test]
fn every_flipped_bit_of_an_envelope_fails_or_is_refused() {
    let case = Case::v1();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let files: Vec<&[u8]> = case.files.iter().map(Vec::as_slice).collect();
    let envelope = case.spec.envelopes[0].json().to_string().into_bytes();
    let id = SIMULATED_CLOUD_BUILD[0].id;
    let (mut refused, mut failed) = (0, 0);
    for at in 0..envelope.len() {
        let mut spoiled = envelope.clone();
        spoiled[at] ^= 1 << (at % 7);
        let Ok(report) = examine(&spoiled, &files, Some(&policy), NOW) else {
            refused += 1;
            continue;
        };
        // Whose key it is, is open where the id of the key was changed.
        assert!(report.verdict.state >= State::Unknown, "byte {at}");
        assert!(report.claims.is_empty(), "byte {at}");
        failed += 1;
    }
    println!("{refused} refused, {failed} failed");
    assert!(failed > id.len() && refused > 10);
}

/// A chain in which each link holds and the software is a known one, with one more finding.
fn level_with(last: impl IntoIterator<Item = Finding>) -> Report {
    let shown = [
        &snp::checks::SNP_ROOT_PINNED,
        &snp::checks::SNP_ASK_SIGNATURE,
        &snp::checks::SNP_VEK_SIGNATURE,
        &snp::checks::SNP_REPORT_SIGNATURE,
        &snp::checks::SNP_TCB_ORDER,
        &snp::checks::SNP_MEASUREMENT,
        &coordinator::checks::COORDINATOR_IMAGE,
        &cloud_build::checks::GCB_SIGNATURE,
        &image::checks::OCI_SUBJECT,
    ];
    let bytes = b"made up";
    let subject =
        Subject { kind: "snp-report", name: None, sha256: Sha256::of(bytes), len: bytes.len() };
    let findings: Vec<Finding> = shown.map(Finding::pass).into_iter().chain(last).collect();
    let mut draft = Draft::of(subject, RootOfTrust::CpuVendor);
    draft.findings = findings;
    let policy = Policy::from_json(br#"{"name":"made up","required":["snp.report.signature"]}"#);
    Report::assemble(draft, &policy.unwrap().requirements(""), NOW)
}

#[test]
fn highest_level_with_a_static_key_is_always_shown_with_that_limit() {
    let commit = || Finding::pass(&provenance::checks::PROVENANCE_COMMIT);
    let report = level_with([commit()]);
    assert_eq!((report.assurance.level, &*report.assurance.except), (Some(Level::A5), &[][..]));
    for check in [&cloud_build::checks::GCB_TIME, &cloud_build::checks::GCB_LOG] {
        let reason = if *check == cloud_build::checks::GCB_TIME { "no-time" } else { "no-log" };
        let report = level_with([commit(), Finding::warn(check, reason)]);
        assert_eq!(report.assurance.level, Some(Level::A5));
        assert_eq!(report.assurance.except, [check]);
    }
}

#[test]
fn release_attestation_without_a_build_does_not_reach_the_highest_level() {
    let idle = |check| Finding::unknown(check, Why::NotApplicable);
    let release = Finding::warn(&provenance::checks::PROVENANCE_RELEASE, "not-a-build");
    let report = level_with([idle(&provenance::checks::PROVENANCE_COMMIT), release]);
    assert_eq!(report.assurance.level, Some(Level::A4));
    let commit = report.link(LinkId::Commit).unwrap();
    assert_eq!(commit.carried_by, [&provenance::checks::PROVENANCE_RELEASE]);
    assert_eq!((commit.joined_by, report.ends_at.link), (None, Some(LinkId::Provenance)));
    let build = [
        Finding::pass(&provenance::checks::PROVENANCE_COMMIT),
        idle(&provenance::checks::PROVENANCE_RELEASE),
    ];
    assert_eq!(level_with(build).assurance.level, Some(Level::A5));
}
