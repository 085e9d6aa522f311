//! EigenCompute's bound evidence: for each check and each platform, the input that makes exactly it
//! fail, under simulated roots; and parts of one machine in the evidence of another.

use s2s_sim::amd::HwId;
use s2s_sim::certificate::Spoil;
use s2s_sim::eigencompute::{BoundSpec, SEV_SNP, SHIELDED_VM, TDX};
use s2s_sim::google::{
    BankHash, LAUNCH, Launcher, VtpmRole, boot_events, ccel_log, field, firmware_log, launch_log,
    launch_register, number, vtpm_certificate,
};
use s2s_sim::keys::Key;
use serde_json::json;
use silicon_to_source::formats::eigencompute;
use silicon_to_source::report::{DebugFlag, Freshness, Level, Overrides, Report, State};

use crate::common;
use crate::common::eigencompute::{Case, Launch, another_quote};
use crate::common::table::{self, Also, Row, Told, assert_rows, findings};

const DEBUG_LINE: &str = "SIMULATED=1 confidential-space.hardened=false";
/// The mark as the end of a longer word.
const HIDDEN_LINE: &str = "SIMULATED=1 xconfidential-space.hardened=true";

type Base = fn() -> Case;

const PLATFORMS: [(Base, &str); 3] =
    [(Case::tdx, TDX), (Case::snp, SEV_SNP), (Case::shielded, SHIELDED_VM)];

fn with(index: usize, item: (u8, &'static [u8])) -> Launch {
    let mut launch = LAUNCH.to_vec();
    launch.insert(index, item);
    launch
}

fn machine_of(key: Key) -> impl Fn(&mut BoundSpec) {
    move |bound| {
        bound.vtpm.ak = key;
        bound.vtpm.ak_cert = vtpm_certificate(VtpmRole::Attestation, key, None);
        for quote in &mut bound.vtpm.quotes {
            quote.signer = key;
        }
    }
}

/// Rows that hold on every platform.
fn everywhere(base: Base) -> Vec<Row<Case>> {
    let row = |finding, becomes, spoil| Row::new(base, finding, becomes, spoil);
    let last = |finding, becomes, spoil: fn(&mut Case)| Row::new(base, finding, becomes, spoil);
    vec![
        row("eigencompute.challenge", "fail not-equal", |case| case.platform = "SIMULATED"),
        row("eigencompute.challenge", "fail not-yours", |case| {
            case.policy["eigencompute"]["challenge"] = json!("11".repeat(32));
        }),
        row("eigencompute.challenge", "warn short", |case| case.challenge = b"SIMULATED 15 B."),
        row("eigencompute.boot", "fail not-accepted", |case| {
            case.policy["eigencompute"]["boot-registers"][0]["9"] = json!("11".repeat(32));
        }),
        row("eigencompute.boot", "fail not-accepted", |case| {
            case.policy["eigencompute"]["boot-registers"] = json!([{}]);
        }),
        row("eigencompute.hardened", "fail debug-image", |case| case.boots(DEBUG_LINE)).also(BOOT),
        row("eigencompute.hardened", "fail debug-image", |case| case.boots(HIDDEN_LINE)).also(BOOT),
        row("eigencompute.hardened", "warn debug-image", |case| {
            case.boots(DEBUG_LINE);
            case.policy["eigencompute"]["debug-image"] = json!("warn");
            case.policy["eigencompute"].as_object_mut().unwrap().remove("boot-registers");
        })
        .also(NO_BOOT),
        row("eigencompute.container", "fail not-accepted", |case| {
            let mut launch = LAUNCH.to_vec();
            launch[1] = (1, b"sha256:bb");
            case.launches(launch);
        }),
        row("eigencompute.container", "fail missing", |case| {
            case.launches(vec![LAUNCH[0], LAUNCH[2], LAUNCH[4]]);
        }),
        row("eigencompute.overrides", "warn overridden", |case| {
            case.launches(with(4, (7, b"A=B")));
        }),
        row("eigencompute.overrides", "fail overridden", |case| {
            case.launches(with(4, (6, b"--debug")));
            case.policy["eigencompute"]["overrides"] = json!("deny");
        }),
        last("eigencompute.registers", "fail another-launch", |case| {
            case.last = |bound| {
                let other = launch_register(BankHash::Sha384, &LAUNCH[..4]);
                bound.vtpm.quotes[1].registers.insert(13, other);
            };
        }),
        last("tpm.key", "fail not-certified", |case| {
            case.last = |bound| {
                let other = Key::StrangerP256;
                bound.vtpm.ak_cert = vtpm_certificate(VtpmRole::Attestation, other, None);
            };
        }),
        last("tpm.key", "fail not-restricted", |case| {
            case.last = |bound| bound.vtpm.attributes &= !(1 << 16);
        }),
        last("tpm.root", "unknown not-fetched", |case| {
            case.last = |bound| bound.vtpm.intermediates.clear();
        })
        .also(&[
            ("tpm.chain.role/intermediate", "absent", "it is not there"),
            ("tpm.chain.signature/intermediate", "absent", "it is not there"),
            ("tpm.chain.validity/intermediate", "absent", "it is not there"),
            ("tpm.chain.validity/root", "absent", "no root is reached"),
        ]),
        last("tpm.chain.role/key", "fail unknown-extension", |case| {
            case.last = |bound| leaf(bound, &Spoil::UnknownCriticalExtension);
        }),
        last("tpm.chain.signature/key", "fail bad-signature", |case| {
            case.last = |bound| leaf(bound, &Spoil::WrongKey);
        }),
        last("tpm.chain.validity/key", "fail expired", |case| {
            case.last = |bound| leaf(bound, &Spoil::Expired);
        }),
        last("tpm.quote.form/sha-256", "fail malformed", |case| {
            case.last = |bound| bound.vtpm.quotes[0].magic = *b"SIMU";
        }),
        last("tpm.quote.signer/sha-384", "fail another-key", |case| {
            case.last = |bound| bound.vtpm.quotes[1].qualified_signer = Some(vec![0; 34]);
        }),
        last("tpm.quote.signature/sha-256", "fail bad-signature", |case| {
            case.last = |bound| bound.vtpm.quotes[0].signer = Key::StrangerP256;
        }),
        last("tpm.quote.registers/sha-256", "fail not-equal", |case| {
            case.last = |bound| {
                let mut others = bound.vtpm.quotes[0].registers.clone();
                others.insert(4, vec![1; 32]);
                bound.vtpm.quotes[0].stated = Some((BankHash::Sha256, others));
            };
        }),
        last("tpm.quote.agreement", "fail another-nonce", |case| {
            case.last = |bound| bound.vtpm.quotes[1].extra_data = b"another".to_vec();
        }),
        last("tpm.quote.agreement", "fail another-boot", |case| {
            case.last = |bound| bound.vtpm.quotes[1].reset_count += 1;
        }),
        last("eventlog.replay/pcr8", "fail not-equal", |case| {
            case.last = |bound| {
                let line = "SIMULATED=another confidential-space.hardened=true";
                bound.vtpm.event_log = firmware_log(&boot_events(true, line)).0;
            };
        }),
    ]
}

/// The debug image is another image.
const BOOT: Also = &[("eigencompute.boot", "fail not-accepted", "its command line is in PCR 8")];
const NO_BOOT: Also = &[("eigencompute.boot", "unknown no-reference", "no image is named")];

fn leaf(bound: &mut BoundSpec, spoil: &Spoil) {
    let role = VtpmRole::Attestation;
    bound.vtpm.ak_cert = vtpm_certificate(role, bound.vtpm.ak, Some(spoil));
}

/// Rows of the launcher's log where the provider's TPM alone shows it.
fn in_the_tpm(base: Base) -> Vec<Row<Case>> {
    const TPM: Also =
        &[("eigencompute.registers", "fail another-launch", "it is about the same register")];
    vec![
        Row::new(base, "eventlog.replay/pcr13", "fail not-equal", |case| {
            case.last = |bound| {
                bound.vtpm.quotes[0].registers.insert(13, vec![1; 32]);
            };
        })
        .also(TPM),
    ]
}

/// Rows of a processor's report.
fn with_a_report() -> Vec<Row<Case>> {
    const DATA: &str = "eigencompute.report-data";
    const NO_LOG: &str = "a log is compared with verified registers only";
    const NO_CHALLENGE: Also =
        &[(DATA, "unknown not-fetched", "it is compared with the challenge as well")];
    let absent: fn(&mut Case) = |case| case.last = |bound| bound.challenge = None;
    let empty: fn(&mut Case) = |case| case.last = |bound| bound.challenge = Some(Vec::new());
    let challenge = "eigencompute.challenge";
    vec![
        Row::new(Case::tdx, DATA, "fail not-equal", |case| {
            case.before_quote = |quote| quote.td().report_data = [7; 64];
        }),
        Row::new(Case::snp, DATA, "fail not-equal", |case| {
            case.before_report = |snp| snp.report.report_data = [7; 64];
        }),
        Row::new(Case::tdx, challenge, "fail another-platform", |case| case.platform = SEV_SNP),
        Row::new(Case::snp, challenge, "fail another-platform", |case| case.platform = SHIELDED_VM),
        Row::new(Case::shielded, challenge, "fail another-platform", |case| case.platform = TDX),
        Row::new(Case::tdx, challenge, "unknown not-fetched", absent).also(NO_CHALLENGE),
        Row::new(Case::snp, challenge, "unknown not-fetched", absent).also(NO_CHALLENGE),
        Row::new(Case::shielded, challenge, "unknown not-fetched", absent),
        Row::new(Case::tdx, challenge, "unknown not-fetched", empty).also(NO_CHALLENGE),
        Row::new(Case::shielded, challenge, "unknown not-fetched", empty),
        Row::new(Case::tdx, "dcap.quote.signature", "fail bad-signature", |case| {
            case.before_quote = |quote| quote.signer = Key::StrangerP256;
        })
        .also(&[
            ("eventlog.coverage#2", "absent", NO_LOG),
            ("eventlog.coverage#3", "absent", NO_LOG),
            ("eventlog.digests#2", "absent", NO_LOG),
            ("eventlog.digests#3", "absent", NO_LOG),
            ("eventlog.launch", "absent", NO_LOG),
            ("eventlog.names", "absent", NO_LOG),
        ]),
        Row::new(Case::snp, "snp.report.signature", "fail bad-signature", |case| {
            case.before_report = |snp| snp.signer = Key::StrangerP384;
        }),
        Row::new(Case::snp, "snp.guest-policy.debug", "fail set", |case| {
            case.before_report = |snp| snp.report.policy |= s2s_sim::amd::report::POLICY_DEBUG;
        }),
        Row::new(Case::tdx, "tdx.attributes.debug", "fail set", |case| {
            case.before_quote = |quote| {
                quote.td().td_attributes |= s2s_sim::intel::body::TD_DEBUG;
            };
        }),
        Row::new(Case::tdx, "tdx.mrtd", "fail not-listed", |case| {
            case.policy["dcap"]["tdx"]["mr-td"] = json!(["11".repeat(48)]);
        })
        .also(&[("tdx.software", "fail not-listed", "it is the software")]),
        Row::new(Case::snp, "snp.measurement", "fail not-listed", |case| {
            case.policy["snp"]["measurements"] = json!(["11".repeat(48)]);
        }),
        // What the launcher measured, in the two places where it measures it.
        Row::new(Case::tdx, "eigencompute.registers", "fail another-launch", |case| {
            case.launch = with(4, (7, b"A=B"));
        }),
        Row::new(Case::tdx, "eventlog.replay/rtmr3", "fail not-equal", |case| {
            case.before_quote = |quote| quote.td().rtmr[3] = [1; 48];
        }),
        // The boot, in the two places where it is measured.
        Row::new(Case::tdx, "eigencompute.boot-log", "fail another-command-line", |case| {
            case.own_command_line = "SIMULATED=2 confidential-space.hardened=true";
        }),
        Row::new(Case::tdx, "eigencompute.hardened", "fail debug-image", |case| {
            case.own_command_line = DEBUG_LINE;
        })
        .also(&[("eigencompute.boot-log", "fail another-command-line", "the two differ")]),
        Row::new(Case::tdx, "eventlog.replay/rtmr2", "fail not-equal", |case| {
            case.before_quote = |quote| quote.td().rtmr[2] = [1; 48];
        }),
    ]
}

fn rows() -> Vec<Row<Case>> {
    let mut rows: Vec<Row<Case>> =
        PLATFORMS.iter().flat_map(|(base, _)| everywhere(*base)).collect();
    rows.extend(in_the_tpm(Case::snp));
    rows.extend(in_the_tpm(Case::shielded));
    rows.extend(with_a_report());
    rows
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(&rows())
}

#[test]
fn each_spoiled_thing_fails_exactly_its_check() {
    assert_rows(&rows(), Case::examine);
}

fn no_launch(case: &mut Case) {
    case.last = |bound| bound.vtpm.canonical_log.clear();
}

#[test]
fn without_the_launchers_log_nothing_is_said_about_the_container() {
    for (base, platform) in PLATFORMS {
        let mut case = base();
        no_launch(&mut case);
        let report = case.examine();
        let findings = findings(&report);
        for check in ["launch", "container", "overrides"] {
            let outcome = &findings[&format!("eigencompute.{check}")];
            assert_eq!(outcome, "unknown not-published", "{platform}: {check}");
        }
        // The TPM's register is not zero: something was launched.
        assert_eq!(findings["eigencompute.registers"], "unknown not-published", "{platform}");
        assert_eq!(report.verdict.state, State::NotPublished, "{platform}");
        assert_eq!(report.flags.overrides, Overrides::NotShown, "{platform}");
        let named = |name: &str| report.claims.iter().any(|claim| claim.name.starts_with(name));
        assert!(!named("container."), "{platform}");
    }
}

#[test]
fn sound_evidence_has_the_level_that_each_platform_deserves() {
    for ((base, platform), (state, level, launch)) in PLATFORMS.into_iter().zip([
        (State::Verified, Level::A3, "pass"),
        (State::Warning, Level::A3, "warn provider-is-the-root"),
        (State::Warning, Level::A2, "warn provider-is-the-root"),
    ]) {
        let report = base().examine();
        assert_eq!(report.verdict.state, state, "{platform}: {:?}", report.verdict);
        assert_eq!(report.assurance.level, Some(level), "{platform}");
        assert_eq!(findings(&report)["eigencompute.launch"], launch, "{platform}");
        assert_eq!(report.flags.freshness, Freshness::Given, "{platform}: who chose it?");
        let mut asked = base();
        asked.policy["eigencompute"]["challenge"] = json!(hex::encode(asked.challenge));
        assert_eq!(asked.examine().flags.freshness, Freshness::Challenge, "{platform}");
        assert_eq!(report.flags.overrides, Overrides::None, "{platform}");
        assert_ne!(report.flags.debug, DebugFlag::On, "{platform}");
    }
}

#[test]
fn a_report_that_is_taken_out_or_put_in_is_noticed() {
    let platform_of = |report: &Report| {
        let finding = report.findings(&eigencompute::checks::EIGEN_CHALLENGE).next().unwrap();
        assert_eq!(finding.reason, Some("another-platform"));
        assert_eq!(report.verdict.state, State::Failed);
        assert_eq!(report.flags.freshness, Freshness::None);
    };
    for (base, launch) in [(Case::tdx as Base, true), (Case::snp, false)] {
        let mut case = base();
        let shielded = Case::shielded();
        case.policy = shielded.policy;
        case.files = Vec::clear;
        case.last = |bound| bound.vtpm.tee = None;
        if launch {
            // Even with the log as a machine without a processor's registers would have it.
            case.last = |bound| {
                bound.vtpm.tee = None;
                bound.vtpm.canonical_log = launch_log(Launcher::Pcr13, LAUNCH).0;
            };
        }
        platform_of(&case.examine());
    }
    let mut case = Case::shielded();
    case.policy = Case::tdx().policy;
    case.last = |bound| bound.vtpm.tee = Some((9, another_quote()));
    platform_of(&case.examine());
    let mut case = Case::shielded();
    case.policy = Case::snp().policy;
    case.last = |bound| bound.vtpm.tee = Case::snp().parts().0.vtpm.tee;
    platform_of(&case.examine());
}

#[test]
fn parts_of_other_machines_fail_at_the_link_that_does_not_fit() {
    let outcome = |case: &Case, finding: &str| findings(&case.examine())[finding].clone();
    // A whole virtual TPM of another machine, which answers the same challenge.
    for base in [Case::tdx as Base, Case::snp] {
        let mut case = base();
        case.last = |bound| machine_of(Key::StrangerP256)(bound);
        assert_eq!(outcome(&case, "eigencompute.challenge"), "pass");
        assert_eq!(outcome(&case, "tpm.key"), "pass");
        assert_eq!(outcome(&case, "eigencompute.report-data"), "fail not-equal");
    }
    // Another machine's processor.
    let mut case = Case::tdx();
    case.last = |bound| bound.vtpm.tee = Some((9, another_quote()));
    assert_eq!(outcome(&case, "dcap.quote.signature"), "pass");
    assert_eq!(outcome(&case, "eigencompute.report-data"), "fail not-equal");
    // The quotes of another machine, with this one's key and certificate.
    let mut case = Case::tdx();
    case.last = |bound| {
        for quote in &mut bound.vtpm.quotes {
            quote.signer = Key::StrangerP256;
        }
    };
    assert_eq!(outcome(&case, "tpm.quote.signature/sha-256"), "fail bad-signature");
    // The certificates of another chip under this report.
    let mut case = Case::snp();
    case.before_report = |snp| {
        snp.vek.as_mut().unwrap().hwid = Some(HwId::Raw(vec![7; 64]));
    };
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed, "{:?}", report.verdict);
    let because: Vec<_> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert!(because.iter().all(|id| id.starts_with("snp.")), "{because:?}");
    // The launcher's log of another machine.
    let mut case = Case::tdx();
    case.own_launch = with(4, (7, b"A=B"));
    assert_eq!(outcome(&case, "eigencompute.registers"), "fail another-launch");
    // The firmware's log of a production image in the evidence of a debug one.
    for (base, platform) in PLATFORMS {
        let mut case = base();
        case.boots(DEBUG_LINE);
        case.last = |bound| {
            let events = boot_events(true, common::eigencompute::COMMAND_LINE);
            bound.vtpm.event_log = firmware_log(&events).0;
        };
        assert_eq!(outcome(&case, "eventlog.replay/pcr8"), "fail not-equal", "{platform}");
        assert_eq!(outcome(&case, "eigencompute.hardened"), "blocked by eventlog.replay");
    }
    // The CCEL log of a production image beside the evidence of a debug one.
    let mut case = Case::tdx();
    case.boots(DEBUG_LINE);
    case.files = |files| {
        files[1] = ccel_log(&boot_events(true, common::eigencompute::COMMAND_LINE)).0;
    };
    assert_eq!(outcome(&case, "eventlog.replay/rtmr2"), "fail not-equal");
    assert_eq!(outcome(&case, "eigencompute.hardened"), "fail debug-image");
    assert_eq!(outcome(&case, "eigencompute.boot-log"), "blocked by eventlog.replay");
}

#[test]
fn the_processors_registers_of_the_boot_are_compared_when_their_log_is_handed_in() {
    let mut case = Case::tdx();
    let whole = findings(&case.examine());
    for register in 0..4 {
        assert_eq!(whole[&format!("eventlog.replay/rtmr{register}")], "pass");
    }
    assert_eq!(whole["eigencompute.boot-log"], "pass");
    case.files = |files| files.truncate(1);
    let report = case.examine();
    let without = findings(&report);
    assert_eq!(without["eigencompute.boot-log"], "unknown not-fetched");
    assert_eq!(without.get("eventlog.replay/rtmr2"), None);
    assert_eq!(report.verdict.state, State::Verified, "the policy does not require it");
    let open = report.not_checked.iter().any(|open| open.check.id == "eigencompute.boot-log");
    assert!(open, "and it is said");
    case.policy["required"].as_array_mut().unwrap().push(json!("eigencompute.boot-log"));
    assert_eq!(case.examine().verdict.state, State::Unknown, "a policy can require it");
}

#[test]
fn extra_data_is_bound_along() {
    for (base, platform) in PLATFORMS {
        let mut case = base();
        case.extra_data = b"SIMULATED extra";
        let report = case.examine();
        assert_eq!(findings(&report)["eigencompute.challenge"], "pass", "{platform}");
        let said = report.claims.iter().find(|claim| claim.name == "eigencompute.extra-data");
        assert_eq!(said.unwrap().value.to_string(), hex::encode(b"SIMULATED extra"), "{platform}");
        for last in [
            (|bound| bound.extra_data = b"SIMULATED other".to_vec()) as fn(&mut BoundSpec),
            |bound| bound.extra_data.clear(),
        ] {
            case.last = last;
            let report = case.examine();
            assert_eq!(findings(&report)["eigencompute.challenge"], "fail not-equal", "{platform}");
            assert!(report.claims.iter().all(|claim| claim.name != "eigencompute.extra-data"));
            assert_eq!(report.flags.freshness, Freshness::None, "{platform}");
        }
        // Data in the object that nobody bound.
        let mut case = base();
        case.last = |bound| bound.extra_data = b"SIMULATED extra".to_vec();
        assert_eq!(findings(&case.examine())["eigencompute.challenge"], "fail not-equal");
    }
}

#[test]
fn an_answer_without_a_challenge_shows_no_freshness() {
    for (base, platform) in PLATFORMS {
        for last in [(|bound| bound.challenge = None) as fn(&mut BoundSpec), |bound| {
            bound.challenge = Some(Vec::new())
        }] {
            let mut case = base();
            case.last = last;
            let report = case.examine();
            assert_eq!(report.flags.freshness, Freshness::None, "{platform}");
            assert_eq!(report.verdict.state, State::Unknown, "{platform}");
        }
        let mut case = base();
        case.challenge = b"SIMULATED 15 B.";
        let report = case.examine();
        assert_eq!(report.flags.freshness, Freshness::None, "{platform}: it could be guessed");
        assert_eq!(report.verdict.state, State::Warning, "{platform}");
    }
}

#[test]
fn everything_that_the_launcher_measured_is_a_claim_and_nothing_that_came_later() {
    let launch: Launch = vec![
        LAUNCH[0],
        LAUNCH[1],
        LAUNCH[2],
        (3, b"sha256:cc"),
        (4, b"/app"),
        (4, b"--port=1"),
        (5, b"HOME=/"),
        (5, b"A=B"),
        (6, b"--port=1"),
        (7, b"A=B"),
        (9, &[0]),
        (8, b""),
        (1, b"sha256:dd"),
        (7, b"LATER=1"),
    ];
    for (base, platform) in PLATFORMS {
        let mut case = base();
        case.launches(launch.clone());
        let report = case.examine();
        let claims = report.claims.iter().filter(|claim| claim.name.starts_with("container."));
        let said: Vec<_> = claims
            .map(|claim| {
                let value = claim.value.to_string();
                let (value, register) = value.rsplit_once(" (").unwrap();
                let own = if platform == TDX { "RTMR3)" } else { "PCR13)" };
                assert_eq!(register.to_uppercase(), own, "{platform}");
                (claim.name, value.to_owned())
            })
            .collect();
        let expected = [
            ("container.image-reference", std::str::from_utf8(LAUNCH[0].1).unwrap()),
            ("container.image-digest", std::str::from_utf8(LAUNCH[1].1).unwrap()),
            ("container.restart-policy", "Never"),
            ("container.image-id", "sha256:cc"),
            ("container.argument", "/app"),
            ("container.argument", "--port=1"),
            ("container.environment", "HOME=/"),
            ("container.environment", "A=B"),
            ("container.argument-override", "--port=1"),
            ("container.environment-override", "A=B"),
            ("container.memory-monitor", "off"),
        ];
        let expected: Vec<_> = expected.map(|(name, value)| (name, value.to_owned())).to_vec();
        assert_eq!(said, expected, "{platform}");
        assert_eq!(report.flags.overrides, Overrides::Present, "{platform}");
        let listed = report.findings(&eigencompute::checks::EIGEN_OVERRIDES).next().unwrap();
        assert_eq!(listed.actual.as_ref().unwrap().to_string(), "--port=1, A=B", "{platform}");
        let later = report
            .evidence
            .iter()
            .flat_map(|item| &item.fields)
            .filter(|field| field.name.contains("by the workload"));
        assert_eq!(later.count(), 2, "{platform}: shown as the workload's own");
        assert_eq!(findings(&report)["eigencompute.container"], "pass", "{platform}");
    }
}

#[test]
fn a_report_of_a_processor_in_the_wrong_form_is_an_error() {
    let (sound, _) = Case::shielded().parts();
    let refused = |bound: &BoundSpec| {
        let now = common::snp::NOW;
        crate::common::examine(&bound.bytes(), &[], None, now).is_err()
    };
    for tee in [
        (9, field(1, &number(1, 4))),
        (9, [field(1, &[]), field(6, b"x")].concat()),
        (8, field(1, &number(1, 5))),
        (8, field(9, b"x")),
    ] {
        let mut bound = sound.clone();
        bound.vtpm.tee = Some(tee);
        assert!(refused(&bound));
    }
    let both = [sound.vtpm.bytes(), field(8, b""), field(9, b"")].concat();
    let object = s2s_sim::eigencompute::object(&both, Some(b"x"), b"");
    let now = common::snp::NOW;
    assert!(crate::common::examine(&object, &[], None, now).is_err(), "two processors");
}
