//! Google's endorsements of firmware: for each check, the input that makes exactly it fail, beside
//! quotes and reports of the simulated vendors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::certificate::{KEY_USAGE, PathLength, Spoil, Template, basic_constraints};
use s2s_sim::coordinator::CoordinatorSpec;
use s2s_sim::google::{
    FirmwareRole, FirmwareSpec, VtpmRole, field, firmware_certificate, firmware_template,
    vtpm_certificate,
};
use s2s_sim::keys::Key;
use s2s_sim::signature::{Algorithm, Hash};
use serde_json::json;
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{Builtin, builtin, default_policy};
use silicon_to_source::error::Error;
use silicon_to_source::formats::gce;
use silicon_to_source::formats::gce::policy::Endorsement;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Became, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::mutation::{changes, cuts, holds, survivors};
use crate::common::table::{self, Also, Row, Told, assert_rows, findings};
use crate::common::{dcap, shared, snp};

/// A machine's evidence with an endorsement beside it.
struct Case {
    machine: Machine,
    endorsement: FirmwareSpec,
    is_supplied: bool,
    /// The root certificate beside it, when it is not in the endorsement.
    root: Option<Vec<u8>>,
    /// The roots that the policy names.
    named: Vec<Sha256>,
    now: UnixTime,
}

enum Machine {
    Td(Box<dcap::Case>),
    Snp(Box<snp::Case>),
}

impl Case {
    fn td() -> Self {
        let machine = dcap::Case::td();
        let mrtd = Sha384(machine.quote.clone().td().mr_td);
        let tdx = vec![(16, true, other()), (16, false, other()), (0, false, mrtd)];
        let endorsement = FirmwareSpec { tdx: Some(tdx), ..FirmwareSpec::new() };
        Self { now: machine.now, machine: Machine::Td(Box::new(machine)), ..Self::of(endorsement) }
    }

    fn snp() -> Self {
        let machine = snp::Case::vcek(Product::Milan);
        let measurement = Sha384(machine.report.measurement);
        let snp = vec![(2, other()), (4, measurement)];
        let endorsement = FirmwareSpec { snp: Some(snp), ..FirmwareSpec::new() };
        Self { now: machine.now, machine: Machine::Snp(Box::new(machine)), ..Self::of(endorsement) }
    }

    fn of(endorsement: FirmwareSpec) -> Self {
        Self {
            machine: Machine::Snp(Box::new(snp::Case::vcek(Product::Milan))),
            endorsement,
            is_supplied: true,
            root: None,
            named: vec![FirmwareSpec::root_fingerprint()],
            now: UnixTime(0),
        }
    }

    fn policy(&self) -> Policy {
        let mut policy = match &self.machine {
            Machine::Td(case) => case.policy(),
            Machine::Snp(case) => case.parsed_policy(),
        };
        policy.google_firmware.roots.clone_from(&self.named);
        policy.required.extend([
            &gce::checks::GCE_ENDORSEMENT,
            &gce::checks::GCE_ROOT,
            &gce::checks::GCE_MEASUREMENT,
        ]);
        policy
    }

    fn input(&self) -> Vec<u8> {
        match &self.machine {
            Machine::Td(case) => case.quote_bytes(),
            Machine::Snp(case) => case.report_bytes(),
        }
    }

    /// The files without the endorsement.
    fn files(&self) -> Vec<Vec<u8>> {
        let files = match &self.machine {
            Machine::Td(case) => vec![case.files().bytes()],
            Machine::Snp(case) => case.collateral(),
        };
        files.into_iter().chain(self.root.clone()).collect()
    }

    fn with(&self, endorsement: Option<&[u8]>) -> Result<Report, Error> {
        let files = self.files();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).chain(endorsement).collect();
        crate::common::examine(&self.input(), &files, Some(&self.policy()), self.now)
    }
}

fn examine(case: &Case) -> Report {
    let endorsement = case.is_supplied.then(|| case.endorsement.bytes());
    case.with(endorsement.as_deref()).unwrap()
}

fn other() -> Sha384 {
    Sha384::of(b"another firmware")
}

fn signer(case: &mut Case, spoil: &Spoil) {
    let (role, issuer) = (FirmwareRole::Signer, FirmwareRole::Root);
    case.endorsement.certificate = firmware_certificate(role, issuer, Some(spoil));
}

fn root_with(case: &mut Case, change: impl FnOnce(&mut Template)) {
    let mut template = firmware_template(FirmwareRole::Root, FirmwareRole::Root);
    change(&mut template);
    let root = template.sign();
    case.named = vec![Sha256::of(&root)];
    case.endorsement.bundle[0] = root;
}

/// A chain with an authority between the signer and a root that allows it.
fn longer() -> Case {
    let mut case = Case::td();
    let between = FirmwareRole::Intermediate;
    case.endorsement.certificate = firmware_certificate(FirmwareRole::Signer, between, None);
    case.endorsement.bundle.push(firmware_certificate(between, FirmwareRole::Root, None));
    root_with(&mut case, |root| root.replace(basic_constraints(Some(PathLength::Any))));
    case
}

fn between(case: &mut Case, spoil: &Spoil) {
    let (role, issuer) = (FirmwareRole::Intermediate, FirmwareRole::Root);
    case.endorsement.bundle[1] = firmware_certificate(role, issuer, Some(spoil));
}

const NO_ROOT: Also = &[
    ("gce.chain.role/root", "absent", "no root is reached"),
    ("gce.chain.validity/root", "absent", "no root is reached"),
];

const ROWS: &[Row<Case>] = &[
    Row::new(Case::td, "gce.endorsement", "unknown not-fetched", |case| {
        case.root = Some(FirmwareSpec::root());
        case.is_supplied = false;
    })
    .also(&[
        ("gce.root", "unknown not-published", "there is no chain"),
        ("gce.measurement", "unknown not-published", "there is nothing to compare with"),
        ("gce.chain.role/root", "absent", "there is no chain"),
        ("gce.chain.role/signer", "absent", "there is no chain"),
        ("gce.chain.signature/signer", "absent", "there is no chain"),
        ("gce.chain.validity/root", "absent", "there is no chain"),
        ("gce.chain.validity/signer", "absent", "there is no chain"),
        ("gce.signature", "absent", "there is no signature"),
    ]),
    Row::new(Case::td, "gce.root", "unknown not-fetched", |case| case.named.clear()).also(NO_ROOT),
    Row::new(Case::td, "gce.root", "unknown not-fetched", |case| case.endorsement.bundle.clear())
        .also(NO_ROOT),
    Row::new(Case::td, "gce.root", "unknown not-fetched", |case| {
        case.named = vec![Sha256::of(b"the next root")];
    })
    .also(NO_ROOT),
    Row::new(Case::td, "gce.root", "fail wrong-root", |case| {
        signer(case, &Spoil::IssuerName("SIMULATED other root".into()));
    })
    .also(NO_ROOT),
    // The root of Google's other authority is no root of this one.
    Row::new(Case::td, "gce.root", "unknown not-fetched", |case| {
        let root = vtpm_certificate(VtpmRole::Root, VtpmRole::Root.key(), None);
        case.named = vec![Sha256::of(&root)];
        case.root = Some(root);
    })
    .also(NO_ROOT),
    Row::new(Case::td, "gce.chain.role/signer", "fail is-a-ca", |case| {
        signer(case, &Spoil::IsCa);
    }),
    Row::new(Case::td, "gce.chain.role/signer", "fail may-not-sign", |case| {
        signer(case, &Spoil::MissingExtension(KEY_USAGE));
    }),
    Row::new(Case::td, "gce.chain.role/signer", "fail wrong-key", |case| {
        signer(case, &Spoil::P256SubjectKey);
    })
    .also(&[("gce.signature", "fail bad-signature", "the certificate is about another key")]),
    Row::new(Case::td, "gce.chain.role/signer", "fail unknown-extension", |case| {
        signer(case, &Spoil::UnknownCriticalExtension);
    }),
    Row::new(Case::td, "gce.chain.role/root", "fail not-a-ca", |case| {
        root_with(case, |root| root.spoil(&Spoil::NoKeyCertSign));
    }),
    Row::new(longer, "gce.chain.role/intermediate", "fail not-a-ca", |case| {
        between(case, &Spoil::NotCa);
    }),
    Row::new(longer, "gce.chain.role/root", "fail path-length", |case| {
        root_with(case, |_| {});
    }),
    Row::new(Case::td, "gce.chain.signature/signer", "fail bad-signature", |case| {
        signer(case, &Spoil::WrongKey);
    }),
    Row::new(Case::td, "gce.chain.signature/signer", "fail bad-signature", |case| {
        signer(case, &Spoil::PssSaltLength20);
    }),
    Row::new(longer, "gce.chain.signature/intermediate", "fail bad-signature", |case| {
        between(case, &Spoil::WrongKey);
    }),
    Row::new(Case::td, "gce.chain.validity/signer", "fail expired", |case| {
        signer(case, &Spoil::Expired);
    }),
    Row::new(Case::td, "gce.chain.validity/root", "fail not-yet-valid", |case| {
        root_with(case, |root| root.spoil(&Spoil::NotYetValid));
    }),
    Row::new(longer, "gce.chain.validity/intermediate", "fail expired", |case| {
        between(case, &Spoil::Expired);
    }),
    Row::new(Case::td, "gce.signature", "fail bad-signature", |case| {
        case.endorsement.signer = Key::Asvk;
    }),
    Row::new(Case::td, "gce.signature", "fail bad-signature", |case| {
        case.endorsement.algorithm = Algorithm::Pkcs1v15Sha256;
    }),
    Row::new(Case::td, "gce.signature", "fail bad-signature", |case| {
        let (hash, mgf1) = (Hash::Sha384, Hash::Sha384);
        case.endorsement.algorithm = Algorithm::Pss { hash, mgf1, salt: 48 };
    }),
    Row::new(Case::td, "gce.signature", "fail bad-signature", |case| {
        let (hash, mgf1) = (Hash::Sha256, Hash::Sha256);
        case.endorsement.algorithm = Algorithm::Pss { hash, mgf1, salt: 20 };
    }),
    Row::new(Case::td, "gce.measurement", "fail not-endorsed", |case| {
        case.endorsement.tdx = Some(vec![(0, false, other())]);
    }),
    Row::new(Case::snp, "gce.measurement", "fail not-endorsed", |case| {
        case.endorsement.snp = Some(vec![(4, other())]);
    }),
    Row::new(Case::td, "gce.measurement", "fail another-platform", |case| {
        case.endorsement.snp = case.endorsement.tdx.take().map(|tdx| vec![(1, tdx[2].2)]);
    }),
    Row::new(Case::snp, "gce.measurement", "fail another-platform", |case| {
        case.endorsement.tdx = case.endorsement.snp.take().map(|snp| vec![(0, false, snp[1].1)]);
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn each_spoiled_thing_fails_exactly_its_check() {
    assert_rows(ROWS, examine);
}

fn claim(report: &Report, name: &str) -> Option<String> {
    report.claims.iter().find(|claim| claim.name == name).map(|claim| claim.value.to_string())
}

#[test]
fn an_endorsed_firmware_is_named_with_its_machine() {
    for (base, machine, svn) in [
        (Case::td as fn() -> Case, "any amount of memory", "3"),
        (Case::snp, "4 virtual processors", "2"),
        (longer, "any amount of memory", "3"),
    ] {
        let mut case = base();
        case.endorsement.commit = vec![0xab; 20];
        let report = examine(&case);
        let before = findings(&report);
        let own: Vec<_> = before.iter().filter(|(name, _)| name.starts_with("gce.")).collect();
        assert!(own.len() >= 8 && own.iter().all(|(_, outcome)| *outcome == "pass"), "{own:?}");
        assert!(report.verdict.state <= State::Warning, "{:?}", report.verdict.because);
        assert_eq!(claim(&report, "gce.machine").as_deref(), Some(machine));
        assert_eq!(claim(&report, "gce.svn").as_deref(), Some(svn));
        assert_eq!(claim(&report, "gce.released").as_deref(), Some("2025-05-01T00:00:00Z"));
        assert_eq!(claim(&report, "gce.change").as_deref(), Some("700000000"));
        assert_eq!(claim(&report, "gce.commit"), Some("ab".repeat(20)));
        let digest = Sha384::of(b"SIMULATED firmware").to_string();
        assert_eq!(claim(&report, "gce.firmware"), Some(digest));
        let guest_policy = matches!(case.machine, Machine::Snp(_)).then(|| "0x30000".to_owned());
        assert_eq!(claim(&report, "gce.guest-policy"), guest_policy);
        let place =
            report.findings(&gce::checks::GCE_MEASUREMENT).next().unwrap().at.clone().unwrap();
        assert_eq!(place.span.len, 48);
    }
    let mut case = Case::td();
    let mrtd = case.endorsement.tdx.as_ref().unwrap()[2].2;
    case.endorsement.tdx = Some(vec![(16, true, mrtd), (32, false, mrtd)]);
    let machine = claim(&examine(&case), "gce.machine");
    assert_eq!(machine.as_deref(), Some("16 GiB of memory, accepted early; 32 GiB of memory"));
}

#[test]
fn nothing_is_claimed_of_a_firmware_that_is_not_endorsed_or_by_whom() {
    for spoil in [
        (|case: &mut Case| case.endorsement.tdx = Some(vec![(0, false, other())])) as fn(&mut _),
        |case| case.named.clear(),
        |case| case.endorsement.signer = Key::Asvk,
    ] {
        let mut case = Case::td();
        spoil(&mut case);
        let report = examine(&case);
        assert!(report.claims.iter().all(|claim| !claim.name.starts_with("gce.")));
        assert!(report.verdict.state > State::Warning);
    }
}

/// The reader sees which certificate there is, and decides.
#[test]
fn a_root_that_the_policy_does_not_name_is_shown_and_does_not_count() {
    let mut case = Case::td();
    case.named.clear();
    case.endorsement.bundle.clear();
    case.root = Some(FirmwareSpec::root());
    let report = examine(&case);
    let root = report.findings(&gce::checks::GCE_ROOT).next().unwrap();
    let shown = root.expected.as_ref().unwrap().to_string();
    assert_eq!((root.outcome, root.reason), ("unknown", Some("not-fetched")));
    assert_eq!(shown, FirmwareSpec::root_fingerprint().to_string());
    case.named = vec![shown.parse().unwrap()];
    assert!(examine(&case).verdict.state <= State::Warning, "named, and handed in beside");
    let pem = pem(&FirmwareSpec::root());
    case.root = Some(pem.into_bytes());
    assert!(examine(&case).verdict.state <= State::Warning, "the same in PEM");
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Without a policy that asks for it, an endorsement that stays open takes nothing away.
#[test]
fn an_open_endorsement_lowers_only_what_asks_for_it() {
    let mut case = Case::td();
    case.named.clear();
    let mut policy = case.policy();
    policy.required.retain(|check| !check.id.starts_with("gce."));
    let verdict = |case: &Case, endorsement: Option<&[u8]>| {
        let files = case.files();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).chain(endorsement).collect();
        crate::common::examine(&case.input(), &files, Some(&policy), case.now).unwrap().verdict
    };
    let without = verdict(&case, None).state;
    assert_eq!(verdict(&case, Some(&case.endorsement.bytes())).state, without);
    case.endorsement.signer = Key::Asvk;
    assert_eq!(verdict(&case, Some(&case.endorsement.bytes())).state, State::Failed);
}

#[test]
fn a_quote_that_does_not_hold_shows_no_firmware() {
    let case = Case::td();
    let mut quote = case.input();
    let at = 48 + 520;
    quote[at] ^= 1;
    let files = case.files();
    let endorsement = case.endorsement.bytes();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).chain([&*endorsement]).collect();
    let report = crate::common::examine(&quote, &files, Some(&case.policy()), case.now).unwrap();
    let own = report.findings(&gce::checks::GCE_MEASUREMENT).next().unwrap();
    assert_eq!((own.outcome, own.reason), ("unknown", Some("blocked")));
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("gce.")));
}

#[test]
fn fields_that_nobody_knows_are_passed_over_and_signed() {
    let mut case = Case::td();
    case.endorsement.extra = field(99, b"later");
    assert!(examine(&case).verdict.state <= State::Warning);
}

#[test]
fn an_endorsement_that_cannot_be_read_is_none_and_is_told() {
    let case = Case::td();
    let assert_unread = |endorsement: &[u8]| {
        let report = case.with(Some(endorsement)).unwrap();
        let file = report.files.iter().find(|file| file.sha256 == Sha256::of(endorsement));
        assert_ne!(file.unwrap().became, Became::Used);
        assert!(report.findings(&gce::checks::GCE_MEASUREMENT).all(|f| f.outcome != "pass"));
        assert!(report.claims.iter().all(|claim| !claim.name.starts_with("gce.")));
    };
    let twice = field(5, Sha384::of(b"another").as_bytes());
    assert_unread(&FirmwareSpec { extra: twice, ..case.endorsement.clone() }.bytes());
    let golden = case.endorsement.golden();
    assert_unread(&field(1, &golden));
    for spec in [
        FirmwareSpec { tdx: None, ..case.endorsement.clone() },
        FirmwareSpec { certificate: b"none".to_vec(), ..case.endorsement.clone() },
        FirmwareSpec { bundle: vec![b"none".to_vec()], ..case.endorsement.clone() },
        FirmwareSpec { snp: Some(vec![(1, other()), (1, other())]), ..case.endorsement.clone() },
    ] {
        assert_unread(&spec.bytes());
    }
    let alone = crate::common::examine(&case.endorsement.bytes(), &[], None, case.now);
    assert!(alone.unwrap_err().to_string().contains("beside the quote or report"));
}

#[test]
fn of_two_endorsements_the_one_that_names_the_measurement_counts() {
    let case = Case::td();
    let (files, endorsement) = (case.files(), case.endorsement.bytes());
    let another = FirmwareSpec { tdx: Some(vec![(0, false, other())]), ..case.endorsement.clone() };
    let another = another.bytes();
    for two in [[&endorsement, &another], [&another, &endorsement]] {
        let beside = files.iter().chain(two).map(Vec::as_slice);
        let beside: Vec<&[u8]> = beside.collect();
        let report = crate::common::examine(&case.input(), &beside, Some(&case.policy()), case.now);
        let report = report.unwrap();
        let own = report.findings(&gce::checks::GCE_MEASUREMENT).next().unwrap();
        assert_eq!(own.outcome, "pass");
        let became = |bytes: &[u8]| {
            report.files.iter().find(|f| f.sha256 == Sha256::of(bytes)).unwrap().became
        };
        assert_eq!(became(&endorsement), Became::Used);
        assert_eq!(became(&another), Became::NotAboutThis);
    }
}

/// Everything but the endorsement, made once.
struct Prepared {
    input: Vec<u8>,
    files: Vec<Vec<u8>>,
    policy: Policy,
    now: UnixTime,
}

impl Prepared {
    /// The root beside the endorsement, which carries none.
    fn of(case: &mut Case) -> Self {
        case.endorsement.bundle.clear();
        let (input, files, policy) = (case.input(), case.files(), case.policy());
        Self { input, files, policy, now: case.now }
    }

    fn with(&self, others: &[&[u8]]) -> Result<Report, Error> {
        let files = self.files.iter().map(Vec::as_slice);
        let files: Vec<&[u8]> = files.chain(others.iter().copied()).collect();
        crate::common::examine(&self.input, &files, Some(&self.policy), self.now)
    }
}

#[test]
fn every_changed_byte_and_every_cut_of_an_endorsement_is_noticed() {
    let mut case = Case::td();
    let prepared = Prepared::of(&mut case);
    let (bytes, root) = (case.endorsement.bytes(), FirmwareSpec::root());
    let with = |bytes: &[u8]| prepared.with(&[bytes, &root]);
    let survivors = survivors(&bytes, &changes(&bytes, 16), with);
    let survivors: Vec<_> = survivors.into_iter().map(|(change, _)| change).collect();
    assert!(survivors.is_empty(), "{survivors:x?}");
    remembering(|| cuts(&bytes, with));
}

/// Neither the root nor, by a forger with the signer's key, the signer's certificate.
#[test]
fn changed_certificates_do_not_count() {
    let mut case = Case::td();
    let prepared = Prepared::of(&mut case);
    let (bytes, root) = (case.endorsement.bytes(), FirmwareSpec::root());
    remembering(|| {
        for at in 0..root.len() {
            let mut changed = root.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(!holds(&prepared.with(&[&bytes, &changed])), "root, {at}");
        }
        for at in (0..case.endorsement.certificate.len()).step_by(37) {
            let mut endorsement = case.endorsement.clone();
            endorsement.certificate[at] ^= 1 << (at % 8);
            assert!(!holds(&prepared.with(&[&endorsement.bytes(), &root])), "signer, {at}");
        }
    });
}

/// What a reader's software fetched stands in the exchange with the coordinator.
#[test]
fn a_coordinators_machine_is_compared_with_what_the_exchange_holds() {
    let mut spec = CoordinatorSpec::tdx();
    let mrtd = Sha384(spec.td().quote.clone().td().mr_td);
    let mut policy = builtin("simulated").unwrap().policy().unwrap();
    policy.google_firmware.roots.push(FirmwareSpec::root_fingerprint());
    let now: UnixTime = "2026-02-01T00:00:10Z".parse().unwrap();
    let outcomes = |measured: Sha384, files: &[&[u8]]| {
        let tdx = Some(vec![(0, false, measured)]);
        let endorsement = FirmwareSpec { tdx, bundle: Vec::new(), ..FirmwareSpec::new() };
        let mut exchange = spec.exchange();
        let answers = exchange["answers"].as_array_mut().unwrap();
        for (what, body) in
            [("firmware-endorsement", endorsement.bytes()), ("firmware-root", FirmwareSpec::root())]
        {
            let body = STANDARD.encode(body);
            answers.push(json!({
                "what": what,
                "url": format!("https://{what}.example/"),
                "outcome": { "status": 200, "redirected": false, "body": body },
            }));
        }
        let input = exchange.to_string();
        crate::common::examine(input.as_bytes(), files, Some(&policy), now).unwrap()
    };
    let report = outcomes(mrtd, &[]);
    assert_eq!(findings(&report)["gce.measurement"], "pass");
    assert!(report.verdict.state <= State::Warning, "{:?}", report.verdict.because);
    let report = outcomes(other(), &[]);
    assert_eq!(findings(&report)["gce.measurement"], "fail not-endorsed");
    assert_eq!(report.verdict.state, State::Failed);
    let document = spec.bytes();
    let endorsement = FirmwareSpec { tdx: Some(vec![(0, false, mrtd)]), ..FirmwareSpec::new() };
    let files: [&[u8]; 1] = [&endorsement.bytes()];
    let report = crate::common::examine(&document, &files, Some(&policy), now).unwrap();
    assert_eq!(findings(&report)["gce.measurement"], "pass", "the document alone");
}

/// Real machines of Google's, and endorsements of their measurements that are not Google's.
#[test]
fn real_machines_are_compared_with_simulated_endorsements() {
    for object in bound_evidence() {
        let input = object.to_string();
        let kind = default_policy(&[silicon_to_source::File::new("a", input.as_bytes())]).unwrap();
        let examined = |endorsement: &FirmwareSpec| {
            let mut policy = kind.clone();
            policy.google_firmware.roots.push(FirmwareSpec::root_fingerprint());
            let bytes = endorsement.bytes();
            let report = crate::common::examine(input.as_bytes(), &[&bytes], Some(&policy), REAL);
            let report = report.unwrap();
            let finding = report.findings(&gce::checks::GCE_MEASUREMENT).next().unwrap();
            ([finding.outcome, finding.reason.unwrap_or_default()].join(" "), report.verdict.state)
        };
        let plain = crate::common::examine(input.as_bytes(), &[], None, REAL).unwrap();
        let measured = |name: &str| claim(&plain, name).map(|digits| digits.parse().unwrap());
        let tdx = measured("tdx.mrtd").map(|mrtd| vec![(0, false, mrtd)]);
        let snp = measured("snp.measurement").map(|measurement| vec![(2, measurement)]);
        let is_guest = tdx.is_some() || snp.is_some();
        let both = FirmwareSpec {
            tdx: Some(tdx.unwrap_or_else(|| vec![(0, false, other())])),
            snp: Some(snp.unwrap_or_else(|| vec![(2, other())])),
            ..FirmwareSpec::new()
        };
        let (outcome, state) = examined(&both);
        let expected = if is_guest { "pass " } else { "unknown not-applicable" };
        assert_eq!(outcome, expected, "{}", object["name"]);
        assert_eq!(state, plain.verdict.state);
        if is_guest {
            let tdx = Some(vec![(0, false, other())]);
            let snp = Some(vec![(2, other())]);
            let (outcome, state) = examined(&FirmwareSpec { tdx, snp, ..FirmwareSpec::new() });
            assert_eq!((&*outcome, state), ("fail not-endorsed", State::Failed));
        }
    }
}

/// 2026-03-01T00:00:00Z.
const REAL: UnixTime = UnixTime(1_772_323_200);

fn bound_evidence() -> Vec<serde_json::Value> {
    let Some(path) = shared("vectors/eigencompute/bound-evidence.json") else { return Vec::new() };
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// No policy for other machines asks Google for anything; those for Google's do, by measurement.
#[test]
fn only_policies_for_googles_machines_look_for_an_endorsement() {
    for own in Builtin::all() {
        let wanted = own.policy().unwrap().google_firmware.endorsement == Endorsement::Wanted;
        let expected = ["tdx-gcp", "eigencompute-tdx", "eigencompute-snp"];
        assert_eq!(wanted, expected.contains(&own.name), "{}", own.name);
    }
    for object in bound_evidence() {
        let input = object.to_string();
        let report = crate::common::examine(input.as_bytes(), &[], None, REAL).unwrap();
        let folder = match object["platform"].as_str().unwrap() {
            "intel_tdx" => "tdx",
            "gcp_shielded_vm" => {
                assert!(report.findings(&gce::checks::GCE_ENDORSEMENT).next().is_none());
                continue;
            }
            _ => "sevsnp",
        };
        let measured = ["tdx.mrtd", "snp.measurement"].iter().find_map(|name| claim(&report, name));
        let bucket = "https://storage.googleapis.com/gce_tcb_integrity/ovmf_x64_csm";
        let url = format!("{bucket}/{folder}/{}.binarypb", measured.unwrap());
        let own = |what: &str| report.wanted.iter().find(|wanted| wanted.what == what).unwrap();
        assert_eq!(own("firmware-endorsement").url, url);
        let root = "https://pki.goog/cloud_integrity/GCE-cc-tcb-root_1.crt";
        assert_eq!(own("firmware-root").url, root);
        let finding = report.findings(&gce::checks::GCE_ENDORSEMENT).next().unwrap();
        assert_eq!(finding.reason, Some("not-fetched"));
    }
}
