//! Every check of container images, with files that make exactly it fail, warn or stay open: a TDX
//! quote whose measured log names an image, its documents, and a signed build.

use s2s_sim::gcb::CloudBuildSpec;
use s2s_sim::oci::{ImageSpec, manifest};
use s2s_sim::sigstore::{Build, BundleSpec};
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{Became, Report, State};

use crate::common::dcap::{Case as Quote, NOW};
use crate::common::eventlog::cel;
use crate::common::examine;
use crate::common::table::{self, Row, Told, assert_rows, findings};

struct Case {
    image: ImageSpec,
    /// What the log calls the image; `{}` stands for the manifest's digest.
    reference: &'static str,
    /// The digest in the log; without one, the manifest's.
    digest: Option<String>,
    /// Which documents are handed in.
    documents: Vec<Vec<u8>>,
    builds: Vec<Vec<u8>>,
    policy: Json,
}

fn sigstore(digest: impl ToString) -> Vec<u8> {
    let build = Build::default();
    let said = build.slsa_statement("image", &digest.to_string());
    BundleSpec::dsse(&build, said).bytes()
}

impl Case {
    /// The log names the manifest, and the build is of an index that lists it.
    fn index() -> Self {
        let image = ImageSpec::default();
        let mut policy: Json = serde_json::from_str(builtin("tdx").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["provenance"] = json!({
            "owner-id": "900000002",
            "cloud-build": { "projects": ["simulated-project"] },
        });
        Self {
            reference: "registry.simulated.example/image@sha256:{}",
            digest: None,
            documents: vec![image.manifest_bytes(), image.index_bytes()],
            builds: vec![sigstore(image.index_digest())],
            image,
            policy,
        }
    }

    /// The log names the manifest, the build is of it, and there is nothing else.
    fn plain() -> Self {
        let case = Self::index();
        let builds = vec![sigstore(case.image.manifest_digest())];
        Self { documents: Vec::new(), builds, ..case }
    }

    fn files(&self) -> Vec<Vec<u8>> {
        self.documents.iter().chain(&self.builds).cloned().collect()
    }

    fn examine(&self) -> Report {
        let hex = self.image.manifest_digest().to_string();
        let reference = self.reference.replace("{}", &hex);
        let digest = self.digest.clone().unwrap_or_else(|| format!("sha256:{hex}"));
        let (log, register) = cel(&[(0, reference.as_bytes()), (1, digest.as_bytes()), (8, b"")]);
        let mut quote = Quote::td();
        quote.quote.td().rtmr[3] = register;
        let mut files = vec![quote.files().bytes(), log];
        files.extend(self.files());
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        examine(&quote.quote_bytes(), &files, Some(&policy), NOW).unwrap()
    }

    /// Hands in the index as it is now, and a build of it.
    fn rebuilt(&mut self) {
        self.documents = vec![self.image.manifest_bytes(), self.image.index_bytes()];
        self.builds = vec![sigstore(self.image.index_digest())];
    }
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::index, finding, becomes, spoil)
}

const ROWS: &[Row<Case>] = &[
    row("oci.reference", "warn by-tag", |case| case.reference = "registry.example/image:latest"),
    row("oci.reference", "fail not-equal", |case| {
        case.reference =
            "a@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    }),
];

/// Checks that other tests of this file are about.
const BELOW: &[Told] = &[
    ("oci.manifest", "unknown not-applicable"),
    ("oci.index", "fail size"),
    ("oci.platform", "fail other-platform"),
    ("oci.subject", "unknown not-fetched"),
    ("oci.document", "unknown not-supported"),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    [table::told(ROWS), BELOW.to_vec()].concat()
}

#[test]
fn every_check_has_files_that_make_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

/// An index that lists the image wrongly takes the way to the build away.
#[test]
fn index_that_does_not_stand_for_the_image_leads_to_no_build() {
    type Spoil = fn(&mut Json);
    let rows: [(&str, &str, Spoil); 3] = [
        ("oci.index", "fail not-an-image", |entry| {
            entry["mediaType"] = json!("application/vnd.in-toto+json");
        }),
        ("oci.index", "fail size", |entry| entry["size"] = json!(1)),
        ("oci.platform", "fail other-platform", |entry| {
            entry["platform"]["architecture"] = json!("arm64");
        }),
    ];
    for (finding, becomes, spoil) in rows {
        let mut case = Case::index();
        spoil(&mut case.image.entry);
        case.rebuilt();
        let report = case.examine();
        assert_eq!(findings(&report)[finding], becomes);
        assert_eq!(findings(&report)["oci.subject"], "unknown not-fetched", "{becomes}");
        assert_eq!(report.verdict.state, State::Failed, "{becomes}");
    }
}

/// Documents and builds of other images are named as not used, and the machine's evidence stands
/// as it does without them.
#[test]
fn documents_and_builds_of_other_images_decide_nothing() {
    let alone = Case { documents: Vec::new(), builds: Vec::new(), ..Case::index() }.examine();
    let mut stranger = Case::index();
    stranger.image.entry["digest"] = json!(format!("sha256:{}", "0".repeat(64)));
    let index = stranger.image.index_bytes();
    let manifest = manifest(b"another image").to_string().into_bytes();
    let mut bad = BundleSpec::dsse(
        &Build::default(),
        Build::default().slsa_statement("image", &"0".repeat(64)),
    );
    bad.signer = s2s_sim::keys::Key::StrangerP256;
    let case =
        Case { documents: vec![index, manifest], builds: vec![bad.bytes()], ..Case::index() };
    let report = case.examine();
    assert_eq!(report.verdict.state, alone.verdict.state);
    assert_eq!(report.assurance.level, alone.assurance.level);
    assert_eq!(findings(&report)["oci.subject"], "unknown not-fetched");
    for filed in &report.files[3..] {
        assert_eq!(filed.became, Became::NotAboutThis, "{filed:?}");
    }
}

#[test]
fn documents_and_builds_that_cannot_be_read_are_findings_about_themselves() {
    let mut case = Case::index();
    case.documents.push(br#"{"schemaVersion":2,"manifests":7}"#.to_vec());
    case.builds.push(br#"{"verificationMaterial":{},"mediaType":"x"}"#.to_vec());
    let report = case.examine();
    assert_eq!(findings(&report)["oci.document/file 5"], "unknown not-supported");
    assert_eq!(findings(&report)["provenance.other-build/file 7"], "unknown not-supported");
    assert_eq!(findings(&report)["oci.subject"], "pass");
    assert_eq!(report.verdict.state, Case::index().examine().verdict.state);
}

/// Of more builds than are examined, the others are told.
#[test]
fn builds_beyond_the_most_are_told_as_not_examined() {
    let mut case = Case::plain();
    let digest = case.image.manifest_digest().to_string();
    case.builds = (0..10)
        .map(|number| {
            let build = Build { run: format!("{number}"), ..Build::default() };
            BundleSpec::dsse(&build, build.slsa_statement("image", &digest)).bytes()
        })
        .collect();
    let report = case.examine();
    assert_eq!(findings(&report)["oci.subject/build 8"], "pass");
    assert!(!findings(&report).contains_key("oci.subject/build 9"));
    let further = "provenance.other-build/further builds";
    assert_eq!(findings(&report)[further], "unknown not-supported");
}

#[test]
fn image_of_a_measured_log_is_followed_to_its_commit() {
    for case in [Case::index(), Case::plain()] {
        let report = case.examine();
        let found = findings(&report);
        assert_eq!(found["oci.subject"], "pass", "{found:#?}");
        assert_eq!(found["sigstore.subject"], "pass");
        assert!(report.link(LinkId::Commit).unwrap().state <= State::Warning, "{found:#?}");
        let commit = report.claims.iter().find(|claim| claim.name == "git.commit").unwrap();
        assert_eq!(commit.value.to_string(), Build::default().commit);
    }
}

#[test]
fn index_that_the_log_names_leads_to_its_image_for_this_machine() {
    let mut case = Case::index();
    case.reference = "registry.example/image:latest";
    case.digest = Some(format!("sha256:{}", case.image.index_digest()));
    case.builds = vec![sigstore(case.image.manifest_digest())];
    let found = findings(&case.examine());
    assert_eq!((&*found["oci.index"], &*found["oci.subject"]), ("pass", "pass"), "{found:#?}");
    case.image.others[0]["platform"]["architecture"] = json!("amd64");
    case.digest = Some(format!("sha256:{}", case.image.index_digest()));
    case.documents = vec![case.image.index_bytes()];
    let found = findings(&case.examine());
    assert_eq!(found["oci.subject"], "unknown not-fetched", "two images could be the one");
    case.image.others.clear();
    case.image.entry["platform"]["architecture"] = json!("s390x");
    case.digest = Some(format!("sha256:{}", case.image.index_digest()));
    case.documents = vec![case.image.index_bytes()];
    assert_eq!(findings(&case.examine())["oci.index"], "fail no-platform");
}

#[test]
fn log_without_a_digest_ties_no_build_to_the_machine() {
    let mut case = Case::plain();
    case.reference = "registry.example/image:latest";
    case.digest = Some("latest".into());
    let report = case.examine();
    let found = findings(&report);
    assert_eq!(found["oci.reference"], "unknown not-published");
    assert_eq!(found["oci.subject"], "unknown not-published");
    assert!(report.link(LinkId::Provenance).unwrap().state > State::Warning);
    assert!(report.ends_at.link < Some(LinkId::Image), "{:?}", report.ends_at);
    case.reference = "registry.example/image@sha256:00";
    assert_eq!(findings(&case.examine())["oci.reference"], "fail malformed");
}

#[test]
fn builds_of_two_services_are_both_examined_and_have_to_agree() {
    let mut case = Case::plain();
    case.builds.push(CloudBuildSpec::of(case.image.manifest_digest()).bytes());
    let report = case.examine();
    let found = findings(&report);
    assert_eq!(found["gcb.signature/build 2"], "pass", "{found:#?}");
    assert_eq!(found["oci.subject/build 2"], "pass");
    assert!(!found.contains_key("provenance.commit/builds"), "{found:#?}");
    let mut other = CloudBuildSpec::of(case.image.manifest_digest());
    let statement = other.envelopes[0].statement.to_string();
    let commit = "f".repeat(40);
    let statement =
        statement.replace(&Build::default().commit, &commit).replace("0123456", &commit[..7]);
    other.envelopes[0].statement = serde_json::from_str(&statement).unwrap();
    case.builds[1] = other.bytes();
    let report = case.examine();
    assert_eq!(findings(&report)["provenance.commit/builds"], "fail builds-differ");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn every_flipped_bit_of_a_manifest_or_index_is_noticed() {
    let case = Case::index();
    for number in 0..2 {
        let document = &case.documents[number];
        for at in (0..document.len()).step_by(3) {
            let mut spoiled = Case::index();
            spoiled.documents[number][at] ^= 1 << (at % 7);
            let mut quote = Quote::td();
            let hex = case.image.manifest_digest().to_string();
            let (log, register) =
                cel(&[(0, b"image"), (1, format!("sha256:{hex}").as_bytes()), (8, b"")]);
            quote.quote.td().rtmr[3] = register;
            let mut files = vec![quote.files().bytes(), log];
            files.extend(spoiled.files());
            let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
            let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
            let Ok(report) = examine(&quote.quote_bytes(), &files, Some(&policy), NOW) else {
                continue;
            };
            let noticed = report.verdict.state == State::Failed
                || report.files[3 + number].became != Became::Used
                || findings(&report)["oci.subject"] == "unknown not-fetched";
            assert!(noticed, "document {number}, byte {at}");
        }
    }
}

#[test]
fn manifest_alone_is_told_what_it_is_for() {
    let case = Case::index();
    for document in &case.documents {
        let error = examine(document, &[], None, NOW).unwrap_err().to_string();
        assert!(error.contains("image index or manifest"), "{error}");
        assert!(error.contains("beside a signed build"), "{error}");
    }
}
