//! What someone who wants a false answer would try, with evidence of the simulated vendors.

use s2s_sim::amd::VekSpec;
use s2s_sim::certificate::Spoil;
use s2s_sim::keys::Key;
use s2s_sim::sigstore::{Build, BundleSpec};
use s2s_sim::tinfoil::TinfoilSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::sigstore;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::LinkId;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{DebugFlag, KeyFlag, Level, Report, State};
use silicon_to_source::services::tinfoil;
use silicon_to_source::time::UnixTime;

use crate::common::examine;
use crate::common::snp::Case;
use crate::common::table::findings;

/// 2026-06-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_780_272_000);

/// The built-in policy of the demonstration, without what it says about coordinators.
fn policy() -> Json {
    let mut policy: Json = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
    policy.as_object_mut().unwrap().remove("coordinator").unwrap();
    policy
}

fn examined(spec: &TinfoilSpec, policy: &Json) -> Report {
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    examine(&spec.bytes(), &[], Some(&policy), NOW).unwrap()
}

fn state(report: &Report, link: LinkId) -> State {
    report.link(link).unwrap().state
}

/// The outcome and the reason of the only finding of a check.
fn outcome(report: &Report, check: &str) -> String {
    let findings: Vec<_> = report
        .links
        .iter()
        .flat_map(|link| &link.findings)
        .filter(|finding| finding.check.id == check)
        .collect();
    let [finding] = findings.as_slice() else { panic!("{check}: {} findings", findings.len()) };
    [finding.outcome, finding.reason.unwrap_or_default()].join(" ").trim_end().to_owned()
}

/// A policy that lists the host's own level cannot make the host's choice of REPORT_DATA the
/// guest's.
#[test]
fn key_in_a_report_that_the_host_asked_for_is_not_bound() {
    let mut spec = TinfoilSpec::default();
    spec.report.vmpl = u32::MAX;
    let mut accepting = policy();
    accepting["snp"]["vmpl"] = json!([u32::MAX]);
    for policy in [policy(), accepting] {
        let report = examined(&spec, &policy);
        assert_eq!(report.verdict.state, State::Failed);
        assert_eq!(report.flags.key, KeyFlag::NotShown);
        assert_eq!(state(&report, LinkId::KeyBinding), State::Unknown);
        assert_eq!(outcome(&report, "binding.tls.key"), "unknown blocked");
    }
}

#[test]
fn key_in_a_certificate_that_does_not_hold_is_not_bound() {
    let mut expired = TinfoilSpec { tls_spoil: Some(Spoil::Expired), ..TinfoilSpec::default() };
    let report = examined(&expired, &policy());
    assert_eq!(outcome(&report, "binding.tls.key"), "pass");
    assert_eq!(report.flags.key, KeyFlag::NotShown);

    expired.tls_spoil = None;
    expired.domain = "other.simulated.example".into();
    let report = examined(&expired, &policy());
    assert_eq!(outcome(&report, "binding.tls.domain"), "fail not-equal");
    assert_eq!(report.flags.key, KeyFlag::NotShown);
}

#[test]
fn flags_of_a_report_whose_chain_has_expired_are_not_shown() {
    let mut spec = TinfoilSpec::default();
    assert_eq!(examined(&spec, &policy()).flags.key, KeyFlag::Bound);
    assert_eq!(examined(&spec, &policy()).flags.debug, DebugFlag::Off);
    spec.vek.spoil = Some(Spoil::Expired);
    let report = examined(&spec, &policy());
    assert_eq!(outcome(&report, "snp.vek.validity"), "fail expired");
    assert_eq!(report.flags.key, KeyFlag::NotShown);
    assert_eq!(report.flags.debug, DebugFlag::Unknown);
}

/// The policy accepts any type; the members are all there.
#[test]
fn statement_of_another_type_says_nothing_about_the_measurement() {
    let spec = TinfoilSpec {
        predicate_type: "https://example.com/predicate/v1".into(),
        ..TinfoilSpec::default()
    };
    let mut policy = policy();
    policy["provenance"]["predicate-types"] = json!([]);
    policy["required"] = json!(["tinfoil.measurement"]);
    let report = examined(&spec, &policy);
    assert_eq!(outcome(&report, "tinfoil.measurement"), "unknown blocked");
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("tinfoil.")));
}

/// The default statement with its predicate changed.
fn with_predicate(change: impl FnOnce(&mut Json)) -> TinfoilSpec {
    let spec = TinfoilSpec::default();
    let mut statement: Json = serde_json::from_slice(&spec.statement()).unwrap();
    let digest = statement["subject"][0]["digest"]["sha256"].as_str().unwrap().to_owned();
    change(&mut statement["predicate"]);
    let statement = Some(serde_json::to_vec(&statement).unwrap());
    TinfoilSpec { statement, digest: Some(digest), ..spec }
}

#[test]
fn command_line_that_can_be_taken_apart_in_two_ways_names_no_configuration() {
    assert_eq!(outcome(&examined(&with_predicate(|_| {}), &policy()), "tinfoil.config"), "pass");
    for trick in [
        " tinfoil-config-hash=00",
        " \"tinfoil-config-hash=00\"",
        " 'tinfoil-config-hash=00'",
        " x\u{b}tinfoil-config-hash=00",
        " x\ttinfoil-config-hash=00",
        " x\ntinfoil-config-hash=00",
        " x\u{a0}tinfoil-config-hash=00",
    ] {
        let spec = with_predicate(|predicate| {
            let line = predicate["cmdline"].as_str().unwrap().to_owned();
            predicate["cmdline"] = (line + trick).into();
        });
        let report = examined(&spec, &policy());
        assert_eq!(outcome(&report, "tinfoil.config"), "fail missing", "{trick:?}");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn predicate_that_cannot_be_read_says_nothing_of_a_measurement_computed_again() {
    let spec = with_predicate(|predicate| predicate["config"] = "?".into());
    let report = examined(&spec, &policy());
    assert_eq!(outcome(&report, "tinfoil.measurement"), "fail malformed");
    assert_eq!(outcome(&report, "tinfoil.measurement-recomputed"), "unknown not-supported");
}

/// A signature over the release file itself says who signed it and nothing about a machine.
#[test]
fn signature_without_a_statement_is_blamed_for_what_it_leaves_open() {
    let artifact = b"a release".to_vec();
    let spec = TinfoilSpec {
        digest: Some(Sha256::of(&artifact).to_string()),
        bundle: BundleSpec::message(&Build::default(), artifact),
        ..TinfoilSpec::default()
    };
    let report = examined(&spec, &policy());
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.level, Some(Level::A3));
    for finding in report.findings(&tinfoil::checks::TINFOIL_MEASUREMENT) {
        assert_eq!(finding.blocked_by, Some(&sigstore::checks::PROVENANCE_STATEMENT));
    }
    assert_eq!(outcome(&report, "tinfoil.measurement"), "unknown blocked");
}

/// A report of version 2 does not name its chip, and the table counts by chip. On a Milan-X the
/// minimum for microcode is 0x44, on a Milan 0xdb (AMD-SB-3019).
#[test]
fn report_that_does_not_name_its_chip_does_not_slip_past_the_minimum() {
    let part = "snp.tcb.minimum/current.microcode";
    let mut case = Case::vcek(Product::Milan);
    case.report.version = 2;
    case.report.cpuid = [0; 3];
    case.now = UnixTime(1_750_000_000);
    case.crl = None;
    for tcb in [
        &mut case.report.current_tcb,
        &mut case.report.reported_tcb,
        &mut case.report.committed_tcb,
        &mut case.report.launch_tcb,
    ] {
        tcb.microcode = 0xda;
    }
    case.vek = Some(VekSpec::of(&case.report));
    assert_eq!(findings(&case.examine().unwrap())[part], "warn no-cpuid");
    case.rule("below-minimum", "deny");
    assert_eq!(findings(&case.examine().unwrap())[part], "fail no-cpuid");

    case.report.current_tcb.microcode = 0xdb;
    assert_eq!(findings(&case.examine().unwrap())[part], "unknown not-applicable");
}

/// A provider's key names no chip, a Rekor v1 bundle need not have a timestamp, and Tinfoil's
/// statement repeats nothing of the certificate.
#[test]
fn check_that_a_policy_names_is_not_met_by_evidence_to_which_it_does_not_apply() {
    let mut vlek = Case::vlek(Product::Genoa);
    assert!(vlek.examine().unwrap().verdict.state <= State::Warning);
    vlek.policy["required"] = json!(["snp.chip-id"]);
    let report = vlek.examine().unwrap();
    assert_eq!(report.verdict.state, State::NotPublished);
    assert_eq!(state(&report, LinkId::Chip), State::NotPublished);
    assert_eq!(report.assurance.level, None);

    for check in ["sigstore.timestamp", "provenance.predicate-agrees", "snp.mitigations"] {
        let mut policy = policy();
        assert_eq!(examined(&TinfoilSpec::default(), &policy).verdict.state, State::Verified);
        policy["required"] = json!([check]);
        let report = examined(&TinfoilSpec::default(), &policy);
        assert_eq!(report.verdict.state, State::NotPublished, "{check}");
        assert!(report.not_checked.iter().any(|open| open.check.id == check), "{check}");
    }
}

/// Without a value the check would be shown as one that does not apply, and lower nothing.
#[test]
fn policy_cannot_require_a_comparison_with_nothing() {
    for (part, member, check) in [
        ("snp", "minimum-firmware", "snp.firmware.minimum"),
        ("snp", "minimum-guest-svn", "snp.guest-svn"),
        ("snp", "family-id", "snp.family-id"),
        ("snp", "image-id", "snp.image-id"),
        ("snp", "id-keys", "snp.id-key"),
        ("snp", "author-keys", "snp.author-key"),
        ("snp", "host-data", "snp.host-data"),
        ("provenance", "predicate-types", "provenance.predicate-type"),
        ("provenance", "workflow", "provenance.workflow"),
        ("provenance", "runners", "provenance.runner"),
        ("provenance", "triggers", "provenance.trigger"),
        ("provenance", "repository", "provenance.repository"),
        ("provenance", "repository-id", "provenance.repository-id"),
        ("provenance", "owner", "provenance.owner"),
        ("provenance", "owner-id", "provenance.owner-id"),
        ("provenance", "reference", "provenance.ref"),
    ] {
        let mut policy = policy();
        policy["required"] = json!([check]);
        policy[part][member] = match member {
            "id-keys" | "author-keys" | "predicate-types" | "runners" | "triggers" => json!([]),
            _ => Json::Null,
        };
        let error = Policy::from_json(policy.to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().contains(&format!("{check} is required")), "{error}");
    }
}

/// Each of AMD's intermediate certificates names a list of its own (its distribution point in
/// `milan-asvk.der`): the list beside the chips' keys says nothing about the providers'.
#[test]
fn revocation_list_to_fetch_is_the_one_that_covers_the_kind_of_key() {
    for (mut case, family) in
        [(Case::vcek(Product::Genoa), "vcek"), (Case::vlek(Product::Genoa), "vlek")]
    {
        case.crl = None;
        case.policy["roots"] = "vendor".into();
        let report = case.examine().unwrap();
        assert_eq!(report.verdict.state, State::Failed, "the keys are simulated");
        let wanted = report.wanted.iter().find(|wanted| wanted.what == "crl").unwrap();
        assert_eq!(wanted.url, format!("https://kdsintf.amd.com/{family}/v1/Genoa/crl"));
    }
}

/// Somebody else's workflow signs a statement about somebody else's machine: both agree.
#[test]
fn image_of_a_build_that_the_policy_refuses_is_not_shown() {
    let build = Build { repository: "stranger/demo".into(), ..Build::default() };
    let spec =
        TinfoilSpec { bundle: BundleSpec::dsse(&build, Vec::new()), ..TinfoilSpec::default() };
    let report = examined(&spec, &policy());
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(outcome(&report, "tinfoil.measurement"), "pass");
    assert_eq!(outcome(&report, "provenance.repository"), "fail not-equal");
    assert_eq!(state(&report, LinkId::Provenance), State::Failed);
    assert_eq!(state(&report, LinkId::Image), State::Unknown);
    assert_eq!(report.link(LinkId::Image).unwrap().undermined_by, Some(LinkId::Provenance));
    assert_eq!(report.ends_at.link, Some(LinkId::Measurements));
    assert_eq!(report.assurance.level, None);

    let mut policy = policy();
    policy["provenance"]["workflow"] = Json::Null;
    policy["required"] = json!(["provenance.repository"]);
    let report = examined(&spec, &policy);
    assert!(state(&report, LinkId::Provenance) <= State::Warning, "any workflow would do");
    assert_eq!(state(&report, LinkId::Commit), State::Failed);
    assert_eq!(report.link(LinkId::Image).unwrap().undermined_by, Some(LinkId::Commit));
}

/// Parts that do not belong together, under policies that ask for next to nothing.
#[test]
fn no_policy_makes_a_bundle_hold_whose_parts_do_not_belong_together() {
    let spec = TinfoilSpec::default;
    let mut other_chip = spec();
    other_chip.report.chip_id[0] ^= 1;
    let mut other_tcb = spec();
    other_tcb.vek.tcb.microcode -= 1;
    let stranger = |name: &str| {
        let build = Build { repository: name.into(), ..Build::default() };
        BundleSpec::dsse(&build, Vec::new())
    };
    let specs = [
        ("machine A, build B", TinfoilSpec { measurement: Some([7; 48]), ..spec() }),
        ("another chip's certificate", other_chip),
        ("a certificate for another firmware", other_tcb),
        ("a report that another key signed", TinfoilSpec { report_signer: Key::Vlek, ..spec() }),
        ("another TLS key", TinfoilSpec { report_data: Some([1; 64]), ..spec() }),
        ("another HPKE key", TinfoilSpec { committed_hpke_key: Some([2; 32]), ..spec() }),
        ("another document", TinfoilSpec { committed_document: Some(Sha256([3; 32])), ..spec() }),
        ("another configuration", TinfoilSpec { config_hash: Some("00".repeat(32)), ..spec() }),
        ("another release", TinfoilSpec { subject_digest: Some("00".repeat(32)), ..spec() }),
        ("a repository of the same name", TinfoilSpec { bundle: stranger("other/demo"), ..spec() }),
        ("another host", TinfoilSpec { domain: "other.simulated.example".into(), ..spec() }),
    ];
    for check in ["snp.report.signature", "snp.vmpl", "provenance.commit", "link.commit"] {
        let mut policy = policy();
        policy["required"] = json!([check]);
        let whole = examined(&spec(), &policy).verdict.state;
        assert_eq!(whole <= State::Warning, !check.starts_with("link."), "{check}");
        for (what, spec) in &specs {
            let report = examined(spec, &policy);
            assert_eq!(report.verdict.state, State::Failed, "{what} under {check}");
            assert_eq!(report.assurance.level, None, "{what} under {check}");
            let end = report.ends_at.link;
            assert!(end < Some(LinkId::Image), "{what} under {check}: it ends at {end:?}");
        }
    }
}
