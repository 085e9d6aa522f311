//! A coordinator's attestation with evidence of every other type than a plain quote or report: what
//! a sound document of each shows at most, and the input that makes exactly one check fail.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_sim::bound::{BoundSpec, Processor};
use s2s_sim::coordinator::{CoordinatorSpec, Machine};
use s2s_sim::google::{LAUNCH, Launcher, VtpmSpec, key_list, launch_log};
use s2s_sim::provided::Provided;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha512;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::LinkId;
use silicon_to_source::formats::token::parse::Service;
use silicon_to_source::report::{
    Custody, DebugFlag, Freshness, KeyFlag, Level, Overrides, Report, RootOfTrust, Standing, State,
    Word,
};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::appraise::binding::token_nonce;
use silicon_to_source::services::coordinator::parse::exchange::Exchange;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File};

use crate::common::table::{Also, Expected, Told, named};
use crate::common::{asked, examine_asked};

const NOW: &str = "2026-02-01T00:00:10Z";

/// When the simulated coordinator's evidence is made: 2026-02-01T00:00:00Z.
const MADE: UnixTime = UnixTime(1_769_904_000);

/// A coordinator, the reader's files, and the policy.
struct Case {
    spec: CoordinatorSpec,
    files: Vec<Vec<u8>>,
    /// What this process fetched, with the addresses.
    fetched: Vec<(&'static str, Vec<u8>)>,
    policy: Json,
}

impl Case {
    fn of(evidence: Provided) -> Self {
        Self::with(CoordinatorSpec::provided(evidence))
    }

    fn with(spec: CoordinatorSpec) -> Self {
        let policy = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
        Self { spec, files: Vec::new(), fetched: Vec::new(), policy }
    }

    fn beside(mut self, evidence: Provided) -> Self {
        self.spec.beside.push(evidence);
        self
    }

    /// With the issuers' key lists, fetched from their own addresses.
    fn keys(mut self) -> Self {
        let issuers = [Service::Google, Service::IntelTrustAuthority].map(Service::keys);
        self.fetched.extend(issuers.into_iter().flatten().map(|url| (url, key_list())));
        self
    }

    /// The same lists as files that somebody handed in.
    fn handed_in(mut self) -> Self {
        self.files.extend(self.fetched.drain(..).map(|(_, list)| list).take(1));
        self
    }

    fn examine(&self) -> Report {
        self.report(&self.spec.exchange())
    }

    fn report(&self, exchange: &Json) -> Report {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        let input = serde_json::to_vec(exchange).unwrap();
        let asked = asked(&Exchange::parse(&input).unwrap());
        let mut files = vec![File::new("session", &*input)];
        files.extend(self.files.iter().map(|bytes| File::new("file", bytes.as_slice())));
        files.extend(self.fetched.iter().map(|(url, bytes)| File::fetched(*url, bytes.as_slice())));
        let context = Context { now: NOW.parse().unwrap(), asked: Some(asked) };
        silicon_to_source::examine(&files, Some(&policy), &context).unwrap()
    }

    fn bound(&mut self) -> &mut BoundSpec {
        match &mut self.spec.machine {
            Machine::Provided(Provided::Bound(spec)) => spec,
            _ => panic!("it has no bound evidence"),
        }
    }

    fn claims(&mut self) -> &mut Json {
        match &mut self.spec.machine {
            Machine::Provided(Provided::Token(_, spec)) => &mut spec.claims,
            _ => panic!("it has no token"),
        }
    }

    fn spoiled(mut self, spoil: impl FnOnce(&mut Self)) -> Self {
        spoil(&mut self);
        self
    }
}

fn eigen_tdx() -> Case {
    Case::of(Provided::Bound(Box::new(BoundSpec::of(Processor::Tdx(Box::default())))))
}

fn eigen_snp() -> Case {
    Case::of(Provided::Bound(Box::new(BoundSpec::of(Processor::Snp(Box::default())))))
}

fn shielded() -> Case {
    Case::of(Provided::Bound(Box::new(BoundSpec::of(Processor::None))))
}

fn vtpm() -> Case {
    Case::of(Provided::Vtpm(|_| {}))
}

fn pki() -> Case {
    Case::of(Provided::token("gcp-cs-pki-token", MADE))
}

fn oidc() -> Case {
    Case::of(Provided::token("gcp-cs-oidc-token", MADE)).keys()
}

fn plain_vm() -> Case {
    Case::of(Provided::token("gcp-cvm-token", MADE))
}

fn intel() -> Case {
    Case::of(Provided::token("ita-token", MADE)).keys()
}

fn nitro() -> Case {
    Case::of(Provided::nitro(MADE))
}

const ALL: [fn() -> Case; 9] =
    [eigen_tdx, eigen_snp, shielded, vtpm, pki, oidc, plain_vm, intel, nitro];

/// Every finding by name. Where the logs of firmware and launcher are both there, their findings
/// have one name each; the second is told apart here.
fn findings(report: &Report) -> BTreeMap<String, String> {
    let mut findings = BTreeMap::new();
    for finding in report.links.iter().flat_map(|link| &link.findings) {
        let (mut name, outcome) = named(finding);
        while findings.contains_key(&name) {
            name.push_str("/again");
        }
        findings.insert(name, outcome);
    }
    findings
}

fn claim(report: &Report, name: &str) -> Option<String> {
    report.claims.iter().find(|claim| claim.name == name).map(|claim| claim.value.to_string())
}

fn standing(report: &Report, name: &str) -> Vec<Standing> {
    report.stated.iter().filter(|said| said.name == name).map(|said| said.standing).collect()
}

/// What a sound document of one type comes to.
struct Sound {
    healthy: fn() -> Case,
    root: RootOfTrust,
    level: Level,
    state: State,
    /// Whether an image is shown or said to run.
    image: bool,
    debug: DebugFlag,
    overrides: Overrides,
    substrate: Standing,
}

#[test]
fn a_sound_document_of_each_type_reaches_its_level_and_no_more() {
    use RootOfTrust::{CloudProvider, CpuVendor, Statement};
    let sound = |healthy, root, level, state, image| Sound {
        healthy,
        root,
        level,
        state,
        image,
        debug: DebugFlag::Off,
        overrides: Overrides::None,
        substrate: Standing::Agrees,
    };
    let unknown = DebugFlag::Unknown;
    let not_shown = Overrides::NotShown;
    let nothing = Standing::NotShown;
    for expected in [
        sound(eigen_tdx, CpuVendor, Level::A5, State::Verified, true),
        sound(eigen_snp, CpuVendor, Level::A3, State::Unknown, false),
        Sound {
            debug: unknown,
            ..sound(shielded, CloudProvider, Level::A2, State::Unknown, false)
        },
        Sound {
            debug: unknown,
            substrate: nothing,
            ..sound(vtpm, CloudProvider, Level::A2, State::Unknown, false)
        },
        // What a service says of debugging is its statement, and no setting that hardware refuses.
        Sound { debug: unknown, ..sound(pki, Statement, Level::A1, State::Warning, true) },
        Sound { debug: unknown, ..sound(oidc, Statement, Level::A1, State::Warning, true) },
        Sound {
            debug: unknown,
            overrides: not_shown,
            ..sound(plain_vm, Statement, Level::A1, State::Unknown, false)
        },
        Sound { debug: unknown, ..sound(intel, Statement, Level::A1, State::Warning, true) },
        Sound {
            overrides: not_shown,
            ..sound(nitro, CloudProvider, Level::A2, State::Unknown, false)
        },
    ] {
        let case = (expected.healthy)();
        let report = case.examine();
        let found = findings(&report);
        let what = case.spec.json()["evidence"][0]["type"].clone();
        println!("{what}: {:?} {:?}", report.verdict.state, report.assurance.level);
        assert_eq!(found["binding.digest"], "pass", "{what}");
        assert_eq!(report.verdict.state, expected.state, "{what} {:?}", report.verdict.because);
        assert_eq!(report.assurance.level, Some(expected.level), "{what}");
        assert_eq!(report.assurance.root_of_trust, expected.root, "{what}");
        assert_eq!(report.flags.key, KeyFlag::Bound, "{what}");
        assert_eq!(report.flags.freshness, Freshness::Challenge, "{what}");
        assert_eq!(report.flags.debug, expected.debug, "{what}");
        assert_eq!(report.flags.overrides, expected.overrides, "{what}");
        assert_eq!(standing(&report, "substrate"), [expected.substrate], "{what}");
        let image = expected.image.then(|| case.spec.image().replacen("sha256:", "", 1));
        assert_eq!(claim(&report, "image.digest"), image, "{what}");
        let commit = if expected.image { Standing::Agrees } else { Standing::NotShown };
        assert_eq!(standing(&report, "commit"), [commit], "{what}");
        let is_cpu = expected.root == CpuVendor;
        let evidence = match expected.root {
            CpuVendor => "pass",
            Statement => "warn statement",
            _ => "warn provider-is-the-root",
        };
        assert_eq!(found["coordinator.evidence"], evidence, "{what}");
        let is_made_inside = report.flags.custody == Custody::TeeGenerated;
        assert_eq!(is_made_inside, is_cpu && expected.image, "{what}");
    }
}

#[test]
fn under_the_vendors_roots_none_of_it_holds() {
    for healthy in ALL {
        let case = healthy();
        let input = serde_json::to_vec(&case.spec.exchange()).unwrap();
        let report = examine_asked(&input, &[], None, NOW.parse().unwrap()).unwrap();
        assert!(report.verdict.state >= State::Unknown, "{:?}", report.verdict);
        assert!(report.assurance.level <= Some(Level::A1));
        assert_eq!(report.flags.key, KeyFlag::NotShown);
    }
}

struct Row {
    healthy: fn() -> Case,
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Case),
    also: Also,
}

const fn row(
    healthy: fn() -> Case,
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Case),
) -> Row {
    Row { healthy, finding, becomes, spoil, also: &[] }
}

/// A log of a machine that launched something else.
fn another_log(spec: &mut VtpmSpec) {
    spec.canonical_log = launch_log(Launcher::Pcr13, LAUNCH).0;
}

const ROWS: &[Row] = &[
    row(pki, "token.audience", "fail not-equal", |case| {
        case.policy["token"] = json!({ "audience": "https://another.example" });
    }),
    row(pki, "token.debug", "fail not-accepted", |case| {
        case.claims()["dbgstat"] = "enabled".into();
    }),
    row(pki, "token.overrides", "warn present", |case| {
        case.claims()["submods"]["container"]["env_override"] = json!({ "A": "B" });
    }),
    Row {
        also: &[("token.image", "fail missing", "this software would name its container")],
        ..row(plain_vm, "token.software", "fail not-accepted", |case| {
            case.claims()["swname"] = "CONFIDENTIAL_SPACE".into();
        })
    },
    row(shielded, "eigencompute.hardened", "fail debug-image", |case| {
        case.bound().command_line = "confidential-space.hardened=false";
    }),
    row(shielded, "claims.contradiction/substrate.claimed", "warn disagree", |case| {
        case.spec.document = |document| document["substrate"]["claimed"] = "gcp-tdx".into();
    }),
    row(shielded, "claims.contradiction/substrate.claimed", "warn disagree", |case| {
        case.spec.document = |document| document["substrate"]["claimed"] = "gcp-snp".into();
    }),
    row(nitro, "claims.contradiction/substrate.claimed", "warn disagree", |case| {
        case.spec.document = |document| document["substrate"]["claimed"] = "gcp-snp".into();
    }),
    row(eigen_tdx, "coordinator.launcher", "fail not-equal", |case| {
        case.spec.launch = |statement| {
            statement["predicate"]["tdx"][0]["rtmr2"] = "07".repeat(48).into();
        };
    }),
    row(nitro, "coordinator.event-log/cos-cel", "unknown not-supported", |case| {
        case.spec.binding = |binding| {
            binding["evidence_types"] = json!(["cos-cel", "nitro-attestation"]);
        };
        case.spec.document = |document| {
            document["event_logs"] = json!([{ "type": "cos-cel", "body": "" }]);
        };
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|row| (row.finding, row.becomes)).collect()
}

fn differences(row: &Row, label: &str) -> Vec<String> {
    let healthy = findings(&(row.healthy)().examine());
    let mut case = (row.healthy)();
    (row.spoil)(&mut case);
    let spoiled = findings(&case.examine());
    let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
    expected.differences(&healthy, &spoiled, label)
}

#[test]
fn every_row_changes_exactly_what_it_names() {
    let mut wrong = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        wrong.extend(differences(row, &format!("row {number}, {} {}", row.finding, row.becomes)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The name of the check by which evidence on its own says what it was asked, for evidence that
/// has one of its own beside the contract's.
fn own_formulas(case: &Case) -> Also {
    let Machine::Provided(Provided::Bound(spec)) = &case.spec.machine else { return &[] };
    match spec.processor {
        Processor::None => &[("eigencompute.challenge", "fail not-equal", "D is its challenge")],
        _ => &[
            ("eigencompute.challenge", "fail not-equal", "D is its challenge"),
            ("eigencompute.report-data", "fail not-equal", "D is its challenge"),
        ],
    }
}

#[test]
fn evidence_that_does_not_carry_d_fails_at_exactly_that() {
    let mut wrong = Vec::new();
    for healthy in ALL {
        let row = Row {
            also: own_formulas(&healthy()),
            ..row(healthy, "binding.digest", "fail not-equal", |case| {
                case.spec.report_data = Some([7; 64]);
            })
        };
        let what = healthy().spec.json()["evidence"][0]["type"].clone();
        wrong.extend(differences(&row, &format!("{what}, another D")));
        let other = healthy().spoiled(|case| case.spec.report_data = Some([7; 64])).examine();
        assert_eq!(other.verdict.state, State::Failed, "{what}");
        assert_eq!(other.assurance.level, None, "{what}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn evidence_for_another_nonce_or_another_binding_is_refused() {
    type Spoil = fn(&mut Json);
    let nonce: Spoil = |document| document["nonce"] = URL_SAFE_NO_PAD.encode([7; 32]).into();
    let binding: Spoil = |document| {
        let other = CoordinatorSpec {
            binding: |binding| binding["keys"][0]["public_key"] = STANDARD.encode([7; 32]).into(),
            ..CoordinatorSpec::default()
        };
        document["binding"]["bytes"] = URL_SAFE_NO_PAD.encode(other.binding()).into();
    };
    for healthy in ALL {
        for (change, what) in [(nonce, "nonce"), (binding, "binding")] {
            let report = healthy().spoiled(|case| case.spec.document = change).examine();
            assert_eq!(findings(&report)["binding.digest"], "fail not-equal", "{what}");
            assert_eq!(report.verdict.state, State::Failed, "{what}");
            assert_eq!(report.flags.key, KeyFlag::NotShown, "{what}");
        }
    }
}

#[test]
fn a_carrier_that_is_not_the_types_own_decides_nothing() {
    for healthy in ALL {
        let own = healthy().spec.json()["evidence"][0]["carrier"].clone();
        for carrier in
            ["direct/v1", "eigen-bound/v1", "eat-nonce/v1", "tpm/v1", "nitro/v1", "later/v1"]
        {
            if own == carrier {
                continue;
            }
            let case = healthy();
            let mut exchange = case.spec.exchange();
            in_document(&mut exchange, |document| {
                document["evidence"][0]["carrier"] = carrier.into();
            });
            let report = case.report(&exchange);
            assert_eq!(findings(&report)["binding.digest"], "unknown not-supported", "{carrier}");
            assert_eq!(report.verdict.state, State::Unknown, "{carrier} for {own}");
            assert_eq!(report.flags.key, KeyFlag::NotShown, "{carrier}");
        }
    }
}

/// Changes the document of an exchange.
fn in_document(exchange: &mut Json, change: impl FnOnce(&mut Json)) {
    let body = &mut exchange["answers"][0]["outcome"]["body"];
    let bytes = STANDARD.decode(body.as_str().unwrap()).unwrap();
    let mut document = serde_json::from_slice(&bytes).unwrap();
    change(&mut document);
    *body = STANDARD.encode(serde_json::to_vec(&document).unwrap()).into();
}

#[test]
fn evidence_under_another_types_name_fails() {
    let types = [
        "tdx-quote",
        "snp-report",
        "eigen-bound-evidence",
        "gce-vtpm-attestation",
        "nitro-attestation",
        "gcp-cs-pki-token",
        "gcp-cs-oidc-token",
        "gcp-cvm-token",
        "ita-token",
    ];
    for healthy in ALL {
        let case = healthy();
        let own = case.spec.json()["evidence"][0]["type"].clone();
        for kind in types.iter().filter(|kind| own != **kind) {
            let mut exchange = case.spec.exchange();
            in_document(&mut exchange, |document| document["evidence"][0]["type"] = (*kind).into());
            let report = case.report(&exchange);
            assert_eq!(report.verdict.state, State::Failed, "{own} as {kind}");
            let found = findings(&report);
            let is_refused = found.iter().any(|(name, outcome)| {
                (name.starts_with("coordinator.evidence/") && outcome == "fail malformed")
                    || (name == "binding.digest" && outcome == "unknown not-supported")
                    || (name.starts_with("token.") && outcome.starts_with("fail"))
            });
            assert!(is_refused, "{own} as {kind}: {found:?}");
        }
    }
}

#[test]
fn a_tokens_nonce_counts_as_a_whole() {
    let d = Sha512::of(b"SIMULATED");
    let own = coordinator::parse::carrier::eat_nonce(&d);
    assert_eq!(own.len(), 86);
    let holds = |nonces: &[String]| {
        token_nonce(nonces, Ok(()), coordinator::parse::carrier::EAT_NONCE, &d).passed()
    };
    assert!(holds(&["another".into(), own.clone()]));
    for other in [format!("{own}A"), own[..85].to_owned(), own.to_uppercase(), format!(" {own}")] {
        assert!(!holds(&[other]));
    }
    assert!(!holds(&[]));
}

#[test]
fn extra_data_that_was_bound_along_is_not_the_contracts_evidence() {
    for healthy in [eigen_tdx, eigen_snp, shielded] {
        let report = healthy().spoiled(|case| case.bound().extra_data = b"x".to_vec()).examine();
        assert_eq!(findings(&report)["binding.digest"], "fail not-equal");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn a_report_that_was_taken_out_is_missed() {
    for healthy in [eigen_tdx, eigen_snp] {
        let case = healthy().spoiled(|case| case.bound().attestation = |spec| spec.tee = None);
        let report = case.examine();
        let found = findings(&report);
        assert_eq!(found["eigencompute.challenge"], "fail another-platform");
        assert_eq!(found["binding.digest"], "fail not-equal");
        assert_eq!(report.assurance.level, None, "it does not fall to the provider's word");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn a_log_of_another_machine_is_refused() {
    for healthy in [shielded, eigen_snp] {
        let report = healthy().spoiled(|case| case.bound().attestation = another_log).examine();
        let found = findings(&report);
        assert!(
            found.iter().any(|(name, outcome)| name.starts_with("eventlog.replay")
                && outcome.starts_with("fail"))
        );
        assert_eq!(report.verdict.state, State::Failed);
    }
    let report = Case::of(Provided::Vtpm(another_log)).examine();
    assert_eq!(report.verdict.state, State::Failed);
    assert!(claim(&report, "image.digest").is_none());
    let other = eigen_tdx().spoiled(|case| case.bound().attestation = another_log).examine();
    assert_ne!(other.verdict.state, State::Verified);
    assert!(claim(&other, "image.digest").is_none());
}

/// A chip's report and a provider's word in one document: the chain is the chip's, and what the
/// provider says is neither added to it nor hidden behind it.
#[test]
fn what_leads_the_chain_is_the_strongest_and_the_others_add_nothing() {
    let token = || Provided::token("gcp-cs-pki-token", MADE);
    let report = Case::with(CoordinatorSpec::tdx()).beside(token()).examine();
    assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
    assert_eq!(report.assurance.level, Some(Level::A5));
    assert_eq!(findings(&report)["coordinator.other-evidence/beside-0"], "pass");
    assert!(claim(&report, "token.hardware").is_none(), "it adds nothing");

    // Without a signed measurement the chip's chain ends before the image, whatever the token says.
    let mut case = Case::with(CoordinatorSpec::tdx()).beside(token());
    case.spec.document = |document| document["reference_values"] = json!([]);
    let report = case.examine();
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert_eq!(findings(&report)["coordinator.image"], "unknown no-reference");
    assert!(claim(&report, "image.digest").is_none());

    let report = vtpm().beside(token()).examine();
    assert_eq!(report.assurance.level, Some(Level::A2));
    assert_eq!(report.verdict.state, State::Unknown);
    assert!(claim(&report, "image.digest").is_none(), "the TPM leads, and names no known image");

    let report = oidc().beside(token()).examine();
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    assert_eq!(findings(&report)["coordinator.other-evidence/machine"], "pass");
}

#[test]
fn evidence_beside_the_chain_has_to_hold_too() {
    let late = Provided::token("gcp-cs-pki-token", UnixTime(MADE.0 - 90_000));
    let report = Case::with(CoordinatorSpec::tdx()).beside(late).examine();
    assert_eq!(findings(&report)["coordinator.other-evidence/beside-0"], "fail invalid");
    assert_eq!(report.verdict.state, State::Failed);

    let case = Case::with(CoordinatorSpec::tdx()).beside(Provided::nitro(MADE));
    let mut exchange = case.spec.exchange();
    let other = Case::with(CoordinatorSpec {
        nonce: Some(vec![7; 32]),
        ..CoordinatorSpec::provided(Provided::nitro(MADE))
    });
    let body = other.spec.json()["evidence"][0]["body"].clone();
    in_document(&mut exchange, |document| document["evidence"][1]["body"] = body);
    let report = case.report(&exchange);
    assert_eq!(findings(&report)["coordinator.other-evidence/beside-0"], "fail other-digest");
    assert_eq!(report.verdict.state, State::Failed);

    let report = Case::with(CoordinatorSpec::tdx())
        .beside(Provided::token("gcp-cs-oidc-token", MADE))
        .examine();
    let found = findings(&report);
    assert_eq!(found["coordinator.other-evidence/beside-0"], "blocked by token.key");
}

/// Nobody signs a digest of another document for this one: a piece that openly carries another is
/// refused, whoever signed it.
#[test]
fn evidence_that_openly_carries_another_digest_contradicts_the_document() {
    let kinds: [fn() -> Provided; 3] = [
        || Provided::token("gcp-cs-oidc-token", MADE),
        || Provided::Vtpm(|_| {}),
        || Provided::Bound(Box::new(BoundSpec::of(Processor::None))),
    ];
    for kind in kinds {
        let mut case = Case::with(CoordinatorSpec::tdx()).beside(kind());
        // Nobody's roots: whose key signed the piece beside the quote is not known.
        case.policy["roots"] = "vendor".into();
        let mut exchange = case.spec.exchange();
        let other =
            CoordinatorSpec { nonce: Some(vec![9; 32]), ..CoordinatorSpec::provided(kind()) };
        let body = other.json()["evidence"][0]["body"].clone();
        in_document(&mut exchange, |document| document["evidence"][1]["body"] = body);
        let report = case.report(&exchange);
        assert_eq!(findings(&report)["coordinator.other-evidence/beside-0"], "fail other-digest");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

/// A chip's report that does not hold, or cannot be decided, is not replaced by a weaker word.
#[test]
fn a_weaker_word_is_no_way_round_a_chips() {
    let token = || Provided::token("gcp-cs-pki-token", MADE);
    let mut case = Case::with(CoordinatorSpec::default()).beside(token());
    case.spec.document = |document| document["collateral"] = json!({});
    let report = case.examine();
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CpuVendor);
    assert_eq!(report.assurance.level, None);
    assert_eq!(report.flags.key, KeyFlag::NotShown);
    let mut case = Case::with(CoordinatorSpec::default()).beside(token());
    case.spec.document = |document| document["evidence"][0]["body"] = "AAAA".into();
    assert_eq!(case.examine().verdict.state, State::Failed);
    let mut case = Case::with(CoordinatorSpec::default()).beside(token());
    case.spec.document = |document| {
        document["evidence"].as_array_mut().unwrap().remove(0);
    };
    let report = case.examine();
    assert_eq!(findings(&report)["binding.evidence-types"], "fail missing");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn which_of_two_is_meant_must_be_clear() {
    let token = || Provided::token("gcp-cs-pki-token", MADE);
    let bound = Provided::Bound(Box::new(BoundSpec::of(Processor::Tdx(Box::default()))));
    for case in [
        pki().beside(token()),
        Case::with(CoordinatorSpec::tdx()).beside(bound),
        nitro().beside(Provided::nitro(MADE)),
    ] {
        let report = case.examine();
        assert_eq!(findings(&report)["coordinator.evidence"], "fail not-exactly-one");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

/// Anyone can write a list of keys: one that was handed in vouches for no key.
#[test]
fn a_token_with_a_key_list_of_its_own_shows_nothing() {
    for healthy in [oidc, intel] {
        let report = healthy().handed_in().examine();
        assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
        assert_eq!(report.assurance.level, None);
        assert_eq!(report.headline.word, Word::UnknownKey);
        assert!(report.verdict.state >= State::Unknown, "{:?}", report.verdict);
        assert_eq!(report.flags.debug, DebugFlag::Unknown);
        assert_eq!(findings(&report)["coordinator.evidence"], "unknown self-stated");
        assert!(report.links.iter().all(|link| !link.holds() || link.id >= LinkId::Provenance));
    }
}

#[test]
fn a_token_whose_key_nobody_names_asks_for_the_list() {
    let mut case = oidc();
    case.fetched.clear();
    case.policy["roots"] = "simulated".into();
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Unknown, "{:?}", report.verdict.because);
    let wanted = report.wanted.iter().find(|wanted| wanted.what == "token-keys");
    assert!(wanted.is_some(), "{:?}", report.wanted);
    assert_eq!(findings(&report)["binding.digest"], "blocked by token.key");
}
