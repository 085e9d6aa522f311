//! GitHub's answers about attestations, and bundles as GitHub stores them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use s2s_sim::container::{Container, IMAGE};
use s2s_sim::keys::Key;
use s2s_sim::repository::{Repository, WORKFLOW};
use s2s_sim::sigstore::BundleSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::git::parse::github::{
    Answer, Attestation, MAX_ATTESTATIONS, MAX_DECODED, decoded, is_bundle_host,
};
use silicon_to_source::builds::git::parse::objects::Format;
use silicon_to_source::builds::git::verify::Missing;
use silicon_to_source::builds::git::wanted;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{Kind, builtin};
use silicon_to_source::error::Error;
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::report::{Became, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::{Also, Change, Expected, Told, findings};
use crate::common::{self, examine};

const STORED_AT: &str =
    "https://tmaproduction.blob.core.windows.net/attestations/1/sha256-00/2.json.sn?se=2026&sig=x";

/// GitHub's answer about a simulated image, with the image's documents and objects beside it.
struct Case {
    repository: Repository,
    container: Container,
    answer: Json,
    /// Stored bundles beside the answer.
    stored: Vec<Vec<u8>>,
}

impl Case {
    /// One bundle inside the answer.
    fn healthy() -> Self {
        let repository = Repository::made_up(Format::Sha1, &[(WORKFLOW, "name: release\n")]);
        let container = Container::of(&repository);
        let answer = json!({ "attestations": [inside(&container.provenance())] });
        Self { repository, container, answer, stored: Vec::new() }
    }

    fn list(&mut self, attestation: Json) {
        self.answer["attestations"].as_array_mut().unwrap().push(attestation);
    }

    /// The bundle at an address, and not in the answer.
    fn store(&mut self) {
        self.answer = json!({ "attestations": [at(STORED_AT)] });
    }

    fn examine(&self) -> Result<Report, Error> {
        let policy = builtin("simulated-build").unwrap().policy().unwrap();
        self.examine_under(&policy)
    }

    fn examine_under(&self, policy: &Policy) -> Result<Report, Error> {
        let mut files = vec![self.container.index(), self.container.manifest()];
        files.extend(self.repository.objects());
        files.extend(self.stored.iter().cloned());
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(&serde_json::to_vec(&self.answer).unwrap(), &files, Some(policy), now())
    }
}

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn inside(bundle: &BundleSpec) -> Json {
    json!({ "bundle": bundle.json(), "bundle_url": STORED_AT, "repository_id": 900_000_004 })
}

fn at(url: &str) -> Json {
    json!({ "bundle": null, "bundle_url": url, "initiator": "user", "repository_id": 900_000_004 })
}

/// A bundle about another artifact.
fn about_another(case: &Case) -> BundleSpec {
    let digest = Sha256::of(b"another").to_string();
    BundleSpec::dsse(&case.container.build, case.container.build.slsa_statement(IMAGE, &digest))
}

type Row = Change<Case>;

/// Without a bundle, the documents are about nothing that is asked.
const NO_BUNDLE: &str = "nothing says which of the documents is meant";
const WITHOUT_BUNDLE: Also = &[
    ("link.image", "unknown not-published", NO_BUNDLE),
    ("oci.index", "absent", NO_BUNDLE),
    ("oci.manifest", "absent", NO_BUNDLE),
    ("oci.platform", "absent", NO_BUNDLE),
];

const ROWS: &[Row] = &[
    Row {
        finding: "github.attestations",
        becomes: "unknown not-published",
        spoil: |case| case.answer = json!({ "attestations": [] }),
        also: WITHOUT_BUNDLE,
    },
    Row {
        finding: "github.attestations",
        becomes: "unknown not-fetched",
        spoil: Case::store,
        also: WITHOUT_BUNDLE,
    },
    Row {
        finding: "github.attestations/attestation 2",
        becomes: "unknown not-applicable",
        spoil: |case| {
            let another = about_another(case);
            case.list(inside(&another));
        },
        also: &[],
    },
    Row {
        finding: "github.attestations/attestation 2",
        becomes: "warn other-not-verified",
        spoil: |case| {
            let mut other = case.container.provenance();
            other.signer = Key::StrangerP256;
            case.list(inside(&other));
        },
        also: &[],
    },
    Row {
        finding: "github.attestations/attestation 1",
        becomes: "warn other-not-verified",
        spoil: |case| {
            let mut other = case.container.provenance();
            other.signer = Key::StrangerP256;
            case.answer["attestations"].as_array_mut().unwrap().insert(0, inside(&other));
        },
        also: &[],
    },
    Row {
        finding: "github.attestations/attestation 2",
        becomes: "pass",
        spoil: |case| {
            let again = inside(&case.container.provenance());
            case.list(again);
        },
        also: &[],
    },
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|row| (row.finding, row.becomes)).collect()
}

#[test]
fn every_row_makes_exactly_its_finding_change() {
    let healthy = Case::healthy().examine().unwrap();
    assert_eq!(healthy.verdict.state, State::Verified, "{:#?}", healthy.verdict);
    let healthy = findings(&healthy);
    assert_eq!(healthy["github.attestations"], "pass");
    let mut wrong = Vec::new();
    for row in ROWS {
        let mut case = Case::healthy();
        (row.spoil)(&mut case);
        let report = case.examine().unwrap();
        let label = format!("{} {}", row.finding, row.becomes);
        let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
        let mut spoiled = findings(&report);
        // Which keys are in force is asked only where a bundle is examined.
        for (name, outcome) in healthy.iter().filter(|(name, _)| name.starts_with("tuf.")) {
            spoiled.entry(name.clone()).or_insert_with(|| outcome.clone());
        }
        wrong.extend(expected.differences(&healthy, &spoiled, &label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stored_bundle_is_asked_for_and_then_decides_in_every_encoding() {
    let mut case = Case::healthy();
    case.store();
    let open = case.examine().unwrap();
    assert_ne!(open.verdict.state, State::Verified);
    let [wanted] = open.wanted.as_slice() else { panic!("{:?}", open.wanted) };
    assert_eq!((wanted.what, wanted.url.as_str()), ("github-bundle", STORED_AT));
    let bundle = case.container.bundle();
    for (encoding, stored) in [
        ("block", block(&bundle)),
        ("framed", framed(&bundle)),
        ("gzip", gzip(&bundle)),
        ("json", bundle),
    ] {
        case.stored = vec![stored];
        let report = case.examine().unwrap();
        assert_eq!(report.verdict.state, State::Verified, "{encoding}: {:#?}", report.verdict);
        assert!(report.wanted.is_empty(), "{encoding}");
        assert_eq!(report.subject.kind, "github-attestations");
    }
}

#[test]
fn stored_bundle_alone_is_examined_as_the_bundle_it_is() {
    let case = Case::healthy();
    let policy = builtin("simulated-build").unwrap().policy().unwrap();
    let bundle = case.container.bundle();
    let plain = examine(&bundle, &[], Some(&policy), now()).unwrap();
    for stored in [block(&bundle), framed(&bundle), gzip(&bundle)] {
        assert!(matches!(Kind::of(&stored), Ok(Kind::StoredBundle(inside)) if inside == bundle));
        let report = examine(&stored, &[], Some(&policy), now()).unwrap();
        assert_eq!(findings(&report), findings(&plain));
        assert_eq!(
            (report.subject.sha256, report.subject.len),
            (Sha256::of(&stored), stored.len())
        );
    }
}

/// The reader names an artifact, and none of the attestations is about it.
#[test]
fn answer_without_an_attestation_of_the_named_artifact_fails() {
    let case = Case::healthy();
    let mut policy = builtin("simulated-build").unwrap().policy().unwrap();
    let other = format!("sha256:{}", Sha256::of(b"another"));
    policy.sigstore.artifact = silicon_to_source::builds::sigstore::policy::Artifact::parse(&other);
    let report = case.examine_under(&policy).unwrap();
    assert_eq!(findings(&report)["github.attestations"], "fail not-listed");
    assert_eq!(report.verdict.state, State::Failed);
}

/// Documents of another image do not say what is asked: nothing is compared.
#[test]
fn documents_of_another_image_decide_nothing_about_an_answer() {
    let mut case = Case::healthy();
    let another = about_another(&case);
    case.answer = json!({ "attestations": [inside(&another)] });
    let report = case.examine().unwrap();
    assert_eq!(findings(&report)["sigstore.subject"], "unknown not-fetched");
    assert_eq!(findings(&report)["provenance.commit"], "blocked by sigstore.subject");
    assert_eq!(report.verdict.state, State::Unknown);
    for filed in &report.files[1..3] {
        assert_eq!(filed.became, Became::NotAboutThis, "{filed:?}");
    }
}

#[test]
fn attestations_beside_evidence_that_has_no_use_for_them_decide_nothing() {
    let snp = common::snp::Case::vcek(silicon_to_source::formats::snp::parse::Product::Genoa);
    let (evidence, policy) = (snp.report_bytes(), snp.parsed_policy());
    let alone = examine(&evidence, &[], Some(&policy), common::snp::NOW).unwrap();
    let bundle = Case::healthy().container.bundle();
    let report = examine(&evidence, &[&bundle], Some(&policy), common::snp::NOW).unwrap();
    assert_eq!(findings(&report), findings(&alone));
    assert_eq!(report.files[1].became, Became::NotAboutThis);
}

fn block(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).unwrap()
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = snap::write::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A length as snappy's block format begins with it.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

#[test]
fn bombs_in_each_encoding_are_refused_before_they_unfold() {
    let mut bomb = b"{".to_vec();
    bomb.resize(MAX_DECODED + 1, b' ');
    for (encoding, packed) in
        [("block", block(&bomb)), ("framed", framed(&bomb)), ("gzip", gzip(&bomb))]
    {
        let result = decoded(&packed);
        assert!(matches!(result, Err(Error::TooLarge { .. })), "{encoding}: {result:?}");
    }
    // Nothing larger than the limit is allocated for a length alone.
    for length in [u64::from(u32::MAX), u64::try_from(MAX_DECODED).unwrap() + 1] {
        let lie = [varint(length), b"\x04{}".to_vec()].concat();
        assert!(matches!(decoded(&lie), Err(Error::TooLarge { .. })), "{length}");
    }
}

#[test]
fn lying_lengths_cut_frames_and_changed_checksums_are_refused() {
    let text = br#"{"verificationMaterial":{}}"#;
    let len = u64::try_from(text.len()).unwrap();
    let literal = [&[u8::try_from((text.len() - 1) << 2).unwrap()], text.as_slice()].concat();
    let packed = |length: u64| [varint(length), literal.clone()].concat();
    assert_eq!(decoded(&packed(len)).unwrap().unwrap(), text);
    for lie in [len - 1, len + 1, 1_000_000] {
        assert!(matches!(decoded(&packed(lie)), Err(Error::Malformed { .. })), "{lie}");
    }
    for whole in [framed(text), gzip(text), block(text)] {
        for cut in 12..whole.len() {
            let result = decoded(&whole[..cut]);
            assert!(
                result.is_err() || whole.starts_with(b"\xff") && cut <= 10,
                "{cut}: {result:?}"
            );
        }
        let mut changed = whole.clone();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        let result = decoded(&changed);
        let is_block = !whole.starts_with(b"\xff") && !whole.starts_with(&[0x1f]);
        // The block format has no checksum: the signature inside is what counts.
        assert_eq!(result.is_ok(), is_block, "{result:?}");
    }
    let mut trailing = gzip(text);
    trailing.push(0);
    assert!(decoded(&trailing).is_err());
    for other in [b"".as_slice(), b"{", b"{}", b"\x30\x82\x01\x00", &[0x80; 16]] {
        assert_eq!(decoded(other), Ok(None), "{other:?}");
    }
    let not_a_bundle = gzip(b"{}");
    assert!(examine(&not_a_bundle, &[], None, now()).is_err());
}

#[test]
fn only_the_hosts_at_which_github_stores_bundles_are_asked() {
    for url in [STORED_AT, "https://a1.blob.core.windows.net/x"] {
        assert!(is_bundle_host(url), "{url}");
    }
    for url in [
        "http://a.blob.core.windows.net/x",
        "https://blob.core.windows.net/x",
        "https://.blob.core.windows.net/x",
        "https://a.blob.core.windows.net.example.com/x",
        "https://example.com/a.blob.core.windows.net",
        "https://example.com?a.blob.core.windows.net",
        "https://user@a.blob.core.windows.net/x",
        "https://a.blob.core.windows.net:8443/x",
        "https://evil.com\\.blob.core.windows.net/x",
        "https://a.b.blob.core.windows.net/x",
        "https://a.blob.core.windows.net/x y",
        "https://a.blob.core.windows.net/x\n",
        "javascript:alert(1)",
    ] {
        assert!(!is_bundle_host(url), "{url}");
        let answer = serde_json::to_vec(&json!({ "attestations": [at(url)] })).unwrap();
        assert!(matches!(Answer::of(&answer), Err(Error::Unsupported { .. })), "{url}");
    }
}

#[test]
fn both_shapes_of_an_answer_are_read_and_others_refused() {
    let read = |json: Json| Answer::of(&serde_json::to_vec(&json).unwrap());
    let bundle = json!({ "mediaType": "x" });
    let both = json!({ "attestations": [{ "bundle": bundle }, at(STORED_AT)] });
    let Ok(Some(Answer::Attestations(attestations))) = read(both) else { panic!("an answer") };
    assert_eq!(
        attestations,
        [
            Attestation::Bundle(serde_json::to_vec(&bundle).unwrap()),
            Attestation::Stored(STORED_AT.into())
        ]
    );
    for refused in [
        json!({ "attestations": {} }),
        json!({ "attestations": [{}] }),
        json!({ "attestations": [{ "bundle": null }] }),
        json!({ "attestations": vec![at(STORED_AT); MAX_ATTESTATIONS + 1] }),
    ] {
        assert!(read(refused.clone()).is_err(), "{}", refused.to_string().len());
    }
    let twice = br#"{"attestations":[{"bundle":{"a":1,"a":2}}]}"#;
    assert!(Answer::of(twice).is_err(), "a member that appears twice");
    assert!(matches!(Answer::of(b"{\"message\":\"Not Found\",\"status\":\"404\"}"), Ok(None)));
}

#[test]
fn plan_names_what_each_host_is_asked_and_learns() {
    let repository = "https://github.com/owner/name";
    let commit = "11".repeat(20).parse().unwrap();
    let object = "22".repeat(20).parse().unwrap();
    let missing = [
        Missing::Commit,
        Missing::Folders,
        Missing::Folder(object),
        Missing::File(object),
        Missing::Reference("v1.0".into()),
        Missing::Tag(object),
    ];
    let wanted = wanted::github(repository, commit, &missing, Roots::Vendor);
    let urls: Vec<&str> = wanted
        .iter()
        .map(|wanted| {
            wanted.url.strip_prefix("https://api.github.com/repos/owner/name/git").unwrap()
        })
        .collect();
    let (commit_name, object) = ("11".repeat(20), "22".repeat(20));
    assert_eq!(
        urls,
        [
            format!("/commits/{commit_name}"),
            format!("/trees/{commit_name}?recursive=1"),
            format!("/trees/{object}"),
            format!("/blobs/{object}"),
            "/ref/tags/v1.0".into(),
            format!("/tags/{object}"),
        ]
    );
    assert!(wanted.iter().all(|wanted| wanted.reveals == "repository-and-commit"));
    assert_eq!(wanted::github(repository, commit, &missing, Roots::Simulated), []);
    for other in [
        "https://gitlab.com/owner/name",
        "https://github.com/owner",
        "https://github.com/owner/name/x",
        "https://github.com/owner/../name",
        "https://github.com/owner/na?me",
        "https://github.com/../name",
    ] {
        assert_eq!(wanted::github(other, commit, &missing, Roots::Vendor), [], "{other}");
    }
    let refs = [Missing::Reference("../../x".into()), Missing::Reference("a b".into())];
    assert_eq!(wanted::github(repository, commit, &refs, Roots::Vendor), []);
    let digest = Sha256::of(b"abc");
    let [attestations] =
        wanted::github_attestations(repository, digest, Roots::Vendor).try_into().unwrap();
    assert_eq!(
        attestations.url,
        format!("https://api.github.com/repos/owner/name/attestations/sha256:{digest}")
    );
}
