//! What an enclave of Tinfoil's answers about itself, with the release, the list of hardware and the
//! witness beside it: every check has an input that makes exactly it fail, and each register rests on
//! the word of whoever names it.

use s2s_sim::amd::VekSpec;
use s2s_sim::certificate::AltName;
use s2s_sim::intel::CollateralSpec;
use s2s_sim::keys::Key;
use s2s_sim::sigstore::{Build, BundleSpec, InclusionProof, Material};
use s2s_sim::tinfoil::{GuestSpec, Image, Processor, hardware_build, witness_build};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{KeyFlag, Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::examine;
use crate::common::table::{Row, Told, assert_rows, findings, told as rows};

/// The witness of the healthy case signed one day before this moment.
const NOW: &str = "2025-02-01T00:00:00Z";
const DAY: i64 = 86_400;

fn now() -> UnixTime {
    NOW.parse().unwrap()
}

fn days_ago(days: i64) -> UnixTime {
    UnixTime(now().0 - days * DAY)
}

/// A document with what lies beside it, and the policy.
#[derive(Clone)]
pub(crate) struct Case {
    spec: GuestSpec,
    /// Of a release, a list of hardware and a witness, those that are handed in.
    beside: Vec<Beside>,
    policy: Json,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Release,
    Hardware,
    Witness,
}

impl Case {
    fn of(spec: GuestSpec) -> Self {
        let witness = BundleSpec::dsse(&witness_build(days_ago(1)), Vec::new());
        let mut spec = spec;
        spec.witness.bundle = witness;
        Self {
            spec,
            beside: vec![Beside::Release, Beside::Hardware, Beside::Witness],
            policy: policy(),
        }
    }

    fn tdx() -> Self {
        Self::of(GuestSpec::tdx())
    }

    fn snp() -> Self {
        Self::of(GuestSpec::snp())
    }

    fn without(mut self, file: Beside) -> Self {
        self.beside.retain(|own| *own != file);
        self
    }

    /// What the processor's maker says, and what is handed in of Tinfoil's.
    fn files(&self) -> Vec<Vec<u8>> {
        let maker = match &self.spec.processor {
            Processor::Snp(report) => VekSpec::of(report).der(),
            Processor::Tdx(_) => serde_json::to_vec(&CollateralSpec::tdx().json()).unwrap(),
        };
        let own = self.beside.iter().map(|file| match file {
            Beside::Release => self.spec.release(),
            Beside::Hardware => self.spec.hardware(),
            Beside::Witness => self.spec.witness(),
        });
        [maker].into_iter().chain(own).collect()
    }

    fn examine_with(&self, more: &[Vec<u8>]) -> Report {
        self.examine_among(&[self.files(), more.to_vec()].concat())
    }

    /// With these files beside it.
    fn examine_among(&self, files: &[Vec<u8>]) -> Report {
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        examine(&self.spec.document(), &files, Some(&policy), now()).unwrap()
    }

    fn examine(&self) -> Report {
        self.examine_with(&[])
    }

    /// Changes the signed statement of the release.
    fn statement(&mut self, change: fn(&mut Json)) {
        let mut statement = serde_json::from_slice(&self.spec.release.statement()).unwrap();
        change(&mut statement);
        self.spec.release.statement = Some(serde_json::to_vec(&statement).unwrap());
    }
}

/// The built-in policy under simulated roots: who may sign what are the simulated workflows.
fn policy() -> Json {
    let mut policy: Json = serde_json::from_str(builtin("tinfoil-enclave").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    let owner = |own: &mut Json| {
        own["owner"] = json!("https://github.com/silicon-to-source");
        own["owner-id"] = json!("900000002");
    };
    owner(&mut policy["provenance"]);
    for (member, build) in [("hardware", hardware_build()), ("witness", witness_build(UnixTime(0)))]
    {
        let own = &mut policy["tinfoil"][member];
        owner(own);
        own["repository"] = json!(build.repository_uri());
    }
    policy
}

const ROWS: &[Row<Case>] = &[
    Row::new(Case::tdx, "tinfoil.registers/rtmr1", "fail not-equal", |case| {
        case.spec.td().rtmr[1] = [7; 48];
    }),
    Row::new(Case::tdx, "tinfoil.registers/rtmr2", "fail not-equal", |case| {
        case.spec.td().rtmr[2] = [7; 48];
    }),
    Row::new(Case::tdx, "tinfoil.registers", "fail missing", |case| {
        case.spec.release.registers = None;
    }),
    Row::new(Case::tdx, "tinfoil.registers", "fail malformed", |case| {
        case.statement(|statement| {
            statement["predicate"]["tdx_measurement"]["rtmr2"] = json!("00");
        });
    }),
    Row::new(Case::tdx, "tinfoil.runtime-register", "fail not-zero", |case| {
        case.spec.td().rtmr[3][47] = 1;
    }),
    Row::new(Case::tdx, "tinfoil.hardware/mrtd", "fail not-listed", |case| {
        case.spec.td().mr_td = [7; 48];
    }),
    Row::new(Case::tdx, "tinfoil.hardware/rtmr0", "fail not-listed", |case| {
        case.spec.td().rtmr[0] = [7; 48];
    }),
    // RTMR0 is on the list, with another MRTD.
    Row::new(Case::tdx, "tinfoil.hardware/rtmr0", "fail not-listed", |case| {
        case.spec.hardware.platforms[1].1 = [7; 48];
    }),
    list("fail malformed", |case| case.spec.hardware.predicate = Some(json!({ "a": {} }))),
    list("fail not-signed", |case| case.spec.hardware.bundle.signer = Key::StrangerP256),
    list("fail not-accepted", |case| {
        let other = Build { repository: "silicon-to-source/other".into(), ..hardware_build() };
        case.spec.hardware.bundle = BundleSpec::dsse(&other, Vec::new());
    }),
    list("fail not-accepted", |case| {
        let other = Build { owner_id: "1".into(), ..hardware_build() };
        case.spec.hardware.bundle = BundleSpec::dsse(&other, Vec::new());
    }),
    list("fail not-accepted", |case| {
        let other = Build { runner: "self-hosted".into(), ..hardware_build() };
        case.spec.hardware.bundle = BundleSpec::dsse(&other, Vec::new());
    }),
    Row::new(Case::tdx, "tinfoil.guest", "unknown no-reference", |case| {
        let own = case.policy["provenance"].as_object_mut().unwrap();
        own.retain(|member, _| !member.starts_with("owner"));
        let required = &mut case.policy["required-of"]["tdx-quote"];
        required.as_array_mut().unwrap().retain(|check| {
            !["provenance.owner", "provenance.owner-id", "tinfoil.guest", "provenance.commit"]
                .contains(&check.as_str().unwrap())
        });
        let required = case.policy["required"].as_array_mut().unwrap();
        required.retain(|check| !check.as_str().unwrap().starts_with("provenance.owner"));
        let snp = case.policy["required-of"]["snp-report"].as_array_mut().unwrap();
        snp.retain(|check| !check.as_str().unwrap().starts_with("provenance.owner"));
        case.policy["least-level"] = json!("A3");
    })
    .also(&[
        ("provenance.owner", "unknown no-reference", "without a source nobody is named"),
        ("provenance.owner-id", "unknown no-reference", "without a source nobody is named"),
    ]),
    Row::new(Case::snp, "tinfoil.measurement", "fail not-equal", |case| {
        case.spec.release.measurement = Some([7; 48]);
    }),
    Row::new(Case::snp, "tinfoil.container/container 1", "warn by-tag", |case| {
        case.spec.release.image = Image::Tag;
    }),
    newest("fail another", |case| case.spec.witness.digest = Some("00".repeat(32))),
    newest("fail another", |case| case.spec.witness.tag = "v1.0.1".into()),
    newest("fail another", |case| case.spec.witness.commit = Some("00".repeat(20))),
    newest("fail malformed", |case| case.spec.witness.predicate = Some(json!({ "endorses": 1 }))),
    newest("fail not-signed", |case| case.spec.witness.bundle.signer = Key::StrangerP256),
    newest("fail not-accepted", |case| {
        let other = Build { workflow: "other.yml".into(), ..witness_build(days_ago(1)) };
        case.spec.witness.bundle = BundleSpec::dsse(&other, Vec::new());
    }),
];

/// A list that does not count.
const fn list(becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::tdx, "tinfoil.hardware-list", becomes, spoil)
}

/// A witness that does not say that this release is the newest.
const fn newest(becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::tdx, "tinfoil.newest", becomes, spoil)
}

/// What the rows say.
pub(crate) fn told() -> Vec<Told> {
    rows(ROWS)
}

#[test]
fn every_check_has_a_document_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn enclave_with_everything_beside_it_holds_from_the_chip_to_the_commit() {
    for (case, kind) in [(Case::tdx(), "tdx-quote"), (Case::snp(), "snp-report")] {
        let report = case.examine();
        assert_eq!(report.subject.kind, kind);
        assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict);
        assert_eq!(report.assurance.level, Some(Level::A5), "{kind}");
        assert_eq!(report.ends_at.link, Some(LinkId::Commit));
        assert_eq!(findings(&report)["tinfoil.newest"], "pass");
        assert!(
            !findings(&report).contains_key("sigstore.subject"),
            "by registers, not by a digest"
        );
        // Which key the reader's connection uses, no document shows; which it names, is told.
        assert_eq!(report.flags.key, KeyFlag::NotShown);
        let hpke = report.claims.iter().find(|claim| claim.name == "key.hpke").unwrap();
        assert_eq!(hpke.value.to_string(), hex::encode(s2s_sim::tinfoil::HPKE_KEY));
    }
}

/// Each register is compared with the word of one signer; without that signer's file it is open, and
/// so is everything that rests on it.
#[test]
fn each_register_is_open_without_the_file_of_whoever_names_it() {
    let without_list = Case::tdx().without(Beside::Hardware).examine();
    let told = findings(&without_list);
    assert_eq!(told["tinfoil.hardware-list"], "unknown not-fetched");
    assert_eq!(told["tinfoil.hardware"], "blocked by tinfoil.hardware-list");
    assert_eq!(told["tinfoil.registers/rtmr1"], "pass");
    assert_eq!(told["tinfoil.guest"], "blocked by tinfoil.hardware-list");
    assert_eq!(without_list.assurance.level, Some(Level::A3));
    assert_eq!(without_list.verdict.state, State::Unknown);

    let without_release = Case::tdx().without(Beside::Release).examine();
    let told = findings(&without_release);
    assert_eq!(told["tinfoil.registers"], "unknown not-fetched");
    assert_eq!(told["tinfoil.hardware/mrtd"], "pass");
    assert_eq!(told["tinfoil.hardware/rtmr0"], "pass");
    assert_eq!(told["tinfoil.runtime-register"], "pass");
    assert_eq!(told["tinfoil.guest"], "blocked by tinfoil.registers");
    assert_eq!(told["tinfoil.newest"], "unknown not-fetched");
    assert_eq!(without_release.assurance.level, Some(Level::A3));

    let without_witness = Case::tdx().without(Beside::Witness).examine();
    assert_eq!(findings(&without_witness)["tinfoil.newest"], "unknown not-fetched");
    assert_eq!(without_witness.verdict.state, State::Verified, "nobody has to be asked");
    assert_eq!(without_witness.assurance.level, Some(Level::A5));
}

#[test]
fn quote_that_no_chip_signed_leaves_every_register_open() {
    let mut case = Case::tdx();
    if let Processor::Tdx(quote) = &mut case.spec.processor {
        quote.signer = Key::StrangerP256;
    }
    let report = case.examine();
    let told = findings(&report);
    assert_eq!(report.verdict.state, State::Failed);
    for check in ["tinfoil.registers/rtmr1", "tinfoil.hardware", "tinfoil.runtime-register"] {
        assert_eq!(told[check], "blocked by dcap.quote.signature", "{check}");
    }
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("key.")));
}

/// The policies that a document is examined under by itself name nobody whose releases or lists
/// count: what lies beside it is shown and carries nothing.
#[test]
fn release_of_nobody_in_particular_shows_no_image() {
    for mut case in [Case::tdx(), Case::snp()] {
        let name = if matches!(case.spec.processor, Processor::Snp(_)) { "snp" } else { "tdx" };
        case.policy = serde_json::from_str(builtin(name).unwrap().json).unwrap();
        case.policy["roots"] = json!("simulated");
        let report = case.examine();
        let told = findings(&report);
        assert_eq!(report.assurance.level, Some(Level::A3), "{name}");
        let own = if name == "snp" { "tinfoil.measurement" } else { "tinfoil.hardware-list" };
        assert_eq!(told[own], "unknown no-reference", "{name}");
        assert_eq!(told["tinfoil.newest"], "unknown no-reference", "{name}");
    }
}

/// The same run, a minute before.
fn earlier(build: &Build) -> BundleSpec {
    let build = Build { time: UnixTime(build.time.0 - 60), ..build.clone() };
    BundleSpec::dsse(&build, Vec::new())
}

/// Of several releases and witnesses, those about this machine count, and of several lists the newest.
#[test]
fn files_about_another_enclave_decide_nothing() {
    let healthy = findings(&Case::tdx().examine());
    let mut other = Case::tdx();
    other.spec.release.registers = Some([[1; 48], [2; 48]]);
    other.spec.hardware.platforms.truncate(1);
    other.spec.hardware.bundle = earlier(&hardware_build());
    other.spec.witness.repository = "silicon-to-source/another".into();
    let strangers = vec![other.spec.release(), other.spec.hardware(), other.spec.witness()];
    let case = Case::tdx();
    assert_eq!(findings(&case.examine_with(&strangers)), healthy);
    // And in front of those that count.
    let report = case.examine_among(&[strangers, case.files()].concat());
    assert_eq!(findings(&report), healthy);
}

/// Whoever signs the same values elsewhere spoils nothing, wherever the file stands.
#[test]
fn statements_of_strangers_do_not_take_the_place_of_those_that_count() {
    let healthy = findings(&Case::tdx().examine());
    let mut other = Case::tdx();
    let stranger = || {
        let build =
            Build { repository: "stranger/same".into(), owner_id: "1".into(), ..Build::default() };
        BundleSpec::dsse(&build, Vec::new())
    };
    other.spec.release.bundle = stranger();
    other.spec.hardware.bundle = stranger();
    other.spec.witness.bundle = stranger();
    let alone = findings(&other.examine());
    assert_eq!(alone["provenance.owner-id"], "fail not-equal");
    assert_eq!(alone["tinfoil.hardware-list"], "fail not-accepted");
    assert_eq!(alone["tinfoil.newest"], "unknown not-fetched", "it is about another repository");
    let case = Case::tdx();
    let strangers = vec![other.spec.release(), other.spec.hardware(), other.spec.witness()];
    let report = case.examine_among(&[strangers, case.files()].concat());
    assert_eq!(findings(&report), healthy);
}

#[test]
fn word_that_is_too_old_is_missing_and_contradicts_nothing() {
    let mut case = Case::tdx();
    case.spec.witness.bundle = BundleSpec::dsse(&witness_build(days_ago(8)), Vec::new());
    let report = case.examine();
    assert_eq!(findings(&report)["tinfoil.newest"], "unknown not-fetched");
    assert_eq!(report.verdict.state, State::Verified);
    let mut policy = case.policy.clone();
    policy["tinfoil"]["witness"].as_object_mut().unwrap().remove("maximum-age-days");
    case.policy = policy;
    assert_eq!(findings(&case.examine())["tinfoil.newest"], "unknown no-reference");
}

/// A word that was right six days ago is not preferred to one of yesterday.
#[test]
fn latest_witness_about_the_repository_is_asked() {
    let mut later = Case::tdx();
    later.spec.witness.tag = "v1.0.1".into();
    let mut earlier = Case::tdx();
    earlier.spec.witness.bundle = BundleSpec::dsse(&witness_build(days_ago(6)), Vec::new());
    assert_eq!(findings(&earlier.examine())["tinfoil.newest"], "pass");
    let report = earlier.examine_with(&[later.spec.witness()]);
    assert_eq!(findings(&report)["tinfoil.newest"], "fail another");
    let report = later.examine_with(&[earlier.spec.witness()]);
    assert_eq!(findings(&report)["tinfoil.newest"], "fail another");
}

/// However many come before it, and whatever it is: as long as it counts, it is the word that was said last.
#[test]
fn newest_statement_decides_among_many_and_where_it_cannot_be_read() {
    let case = Case::tdx();
    let old: Vec<Vec<u8>> = (2..14)
        .map(|minutes| {
            let mut old = Case::tdx();
            let time = UnixTime(days_ago(1).0 - 60 * minutes);
            old.spec.witness.bundle = BundleSpec::dsse(&witness_build(time), Vec::new());
            old.spec.witness()
        })
        .collect();
    let mut later = Case::tdx();
    later.spec.witness.tag = "v1.0.1".into();
    let first = later.clone().without(Beside::Witness);
    let report = first.examine_with(&[old.clone(), vec![later.spec.witness()]].concat());
    assert_eq!(findings(&report)["tinfoil.newest"], "fail another");
    let report = first.examine_with(&[old, vec![case.spec.witness()]].concat());
    assert_eq!(findings(&report)["tinfoil.newest"], "pass");
    let mut unread = Case::tdx();
    unread.spec.witness.predicate = Some(json!({ "endorses": 1 }));
    let mut before = Case::tdx();
    before.spec.witness.bundle = earlier(&witness_build(days_ago(1)));
    let report = before.examine_with(&[unread.spec.witness()]);
    assert_eq!(findings(&report)["tinfoil.newest"], "fail malformed");
    // Two words of one moment, in either order.
    for [one, other] in [[&case, &later], [&later, &case]] {
        let report = one.examine_with(&[other.spec.witness()]);
        assert_eq!(findings(&report)["tinfoil.newest"], "fail another");
    }
}

/// A machine that is no longer on the list has been taken off it.
#[test]
fn newest_list_decides_where_an_older_one_names_the_machine() {
    let mut other = Case::tdx();
    other.spec.hardware.platforms.truncate(1);
    let mut case = Case::tdx();
    case.spec.hardware.bundle = earlier(&hardware_build());
    assert_eq!(findings(&case.examine())["tinfoil.hardware/rtmr0"], "pass");
    let report = case.examine_with(&[other.spec.hardware()]);
    assert_eq!(findings(&report)["tinfoil.hardware/rtmr0"], "fail not-listed");
}

/// What would be a reservation about a release leaves a list or a witness out: nobody told it.
#[test]
fn statement_with_a_reservation_about_its_signature_does_not_count() {
    for promised in [Beside::Hardware, Beside::Witness] {
        let mut case = Case::tdx();
        let (bundle, check) = match promised {
            Beside::Hardware => (&mut case.spec.hardware.bundle, "tinfoil.hardware-list"),
            _ => (&mut case.spec.witness.bundle, "tinfoil.newest"),
        };
        bundle.media_type = "application/vnd.dev.sigstore.bundle+json;version=0.1".into();
        bundle.material = Material::Chain;
        bundle.entries[0].inclusion_proof = InclusionProof::Absent;
        assert_eq!(findings(&case.examine())[check], "unknown not-supported");
    }
    let mut case = Case::tdx();
    let shared = "https://github.com/shared/workflows/.github/workflows/sign.yml@refs/heads/main";
    let leaf = &mut case.spec.hardware.bundle.leaf;
    leaf.claims.insert(9, shared.to_owned());
    leaf.names = vec![AltName::Uri(shared.into())];
    assert_eq!(findings(&case.examine())["tinfoil.hardware-list"], "fail not-accepted");
}

/// The keys of a document of the first version stand in another form that nobody at hand describes.
#[test]
fn keys_of_an_older_format_are_not_named() {
    let mut case = Case::tdx();
    case.spec.format = Some("https://tinfoil.sh/predicate/tdx-guest/v1".into());
    let report = case.examine();
    assert_eq!(report.assurance.level, Some(Level::A5));
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("key.")));
}

/// 24 places of each file with one changed byte: nothing that was signed passes changed.
#[test]
fn changed_byte_in_what_lies_beside_a_document_never_adds_a_pass() {
    let case = Case::tdx();
    let healthy = findings(&case.examine());
    let files = case.files();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let document = case.spec.document();
    for (number, file) in files.iter().enumerate().skip(1) {
        for place in (0..24).map(|step| step * file.len() / 24) {
            let mut changed = files.clone();
            changed[number][place] ^= 1;
            let changed: Vec<&[u8]> = changed.iter().map(Vec::as_slice).collect();
            let report = examine(&document, &changed, Some(&policy), now()).unwrap();
            let told = findings(&report);
            let is_same = told == healthy;
            let reached = report.assurance.level == Some(Level::A5)
                && told.get("tinfoil.newest").is_some_and(|is| is == "pass");
            assert!(is_same || !reached, "file {number}, byte {place}");
        }
    }
    assert_eq!(Sha256::of(&document), case.examine().subject.sha256);
}
