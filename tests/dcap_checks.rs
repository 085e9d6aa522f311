//! The checks on what SGX and TDX quotes say, each with at least one simulated quote that makes
//! exactly it fail or warn.
//!
//! A row starts from a quote in which every check passes or has nothing to compare with, changes
//! one thing, and says what becomes of the row's check. Every other finding must stay as it was,
//! unless it is blocked by the row's check, or the row lists it.
#![cfg(feature = "sim")]

mod common;

use common::table::{Also, Expected, check_of, findings};
use serde_json::{Value as Json, json};
use silicon_to_source::evidence::dcap::Tee;
use silicon_to_source::examine;
use silicon_to_source::finding::checks;
use silicon_to_source::policy::{Policy, builtin};
use silicon_to_source::report::{DebugFlag, Report, State};
use silicon_to_source::sim::intel::{CollateralSpec, QuoteSpec, TdSpec};

const NOW: &str = "2035-01-01T00:00:00Z";

/// A simulated quote, Intel's word on it, and what the policy says beside the built-in one.
struct Case {
    quote: QuoteSpec,
    collateral: CollateralSpec,
    dcap: Json,
}

impl Case {
    fn policy(&self) -> Policy {
        let name = match self.quote.tee_type {
            0 => "sgx",
            _ => "tdx",
        };
        let mut policy: Json = serde_json::from_str(builtin(name).unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["dcap"] = self.dcap.clone();
        Policy::from_json(policy.to_string().as_bytes()).unwrap()
    }

    fn examine(&self) -> Report {
        let collateral = self.collateral.bytes();
        let files: [&[u8]; 1] = [&collateral];
        examine(&self.quote.bytes(), &files, Some(&self.policy()), NOW.parse().unwrap()).unwrap()
    }
}

fn td() -> Case {
    Case {
        quote: QuoteSpec::tdx_v5(TdSpec::healthy_1_5()),
        collateral: CollateralSpec::tdx(),
        dcap: json!({}),
    }
}

fn enclave() -> Case {
    Case { quote: QuoteSpec::sgx_v3(), collateral: CollateralSpec::sgx(), dcap: json!({}) }
}

struct Row {
    finding: &'static str,
    becomes: &'static str,
    base: fn() -> Case,
    spoil: fn(&mut Case),
    also: Also,
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row {
    Row { finding, becomes, base: td, spoil, also: &[] }
}

impl Row {
    const fn on(self, base: fn() -> Case) -> Self {
        Self { base, ..self }
    }

    const fn also(self, also: Also) -> Self {
        Self { also, ..self }
    }
}

fn bit(case: &mut Case, position: u32) {
    case.quote.td().td_attributes ^= 1 << position;
}

fn digest(byte: u8) -> String {
    hex::encode([byte; 48])
}

const NAMED_TOO: &str = "the software is known by this register among others";

const ROWS: &[Row] = &[
    row("dcap.quote.vendor", "fail not-equal", |case| case.quote.vendor_id[0] ^= 1),
    row("dcap.quote.trailing", "warn not-signed", |case| case.quote.trailing = vec![0, 1]),
    row("dcap.quote.trailing", "fail not-signed", |case| {
        case.quote.trailing = vec![7];
        case.dcap = json!({"trailing": "deny"});
    }),
    row("dcap.policy.evaluation-number", "fail below-minimum", |case| {
        case.dcap = json!({"minimum-evaluation-number": 21});
    }),
    row("dcap.policy.evaluation-number", "pass", |case| {
        case.dcap = json!({"minimum-evaluation-number": 20});
    }),
    row("dcap.policy.platform", "fail not-listed", |case| {
        case.dcap = json!({"platforms": ["00000000000000000000000000000000"]});
    }),
    row("dcap.report-data", "fail not-equal", |case| {
        case.dcap = json!({"report-data": "11".repeat(64)});
    }),
    row("dcap.report-data", "pass", |case| {
        case.quote.td().report_data = [0x11; 64];
        case.dcap = json!({"report-data": "11".repeat(64)});
    }),
    row("tdx.attributes.debug", "fail set", |case| bit(case, 0)),
    row("tdx.attributes.tud", "fail set", |case| bit(case, 1)),
    row("tdx.attributes.tud", "fail set", |case| bit(case, 7)),
    row("tdx.attributes.sept-ve-disable", "fail clear", |case| bit(case, 28)),
    row("tdx.attributes.sept-ve-disable", "warn clear", |case| {
        bit(case, 28);
        case.dcap = json!({"tdx": {"without-sept-ve-disable": "warn"}});
    }),
    row("tdx.attributes.migratable", "fail set", |case| bit(case, 29)),
    row("tdx.attributes.pks", "fail set", |case| {
        bit(case, 30);
        case.dcap = json!({"tdx": {"pks": "deny"}});
    }),
    row("tdx.attributes.kl", "fail set", |case| {
        bit(case, 31);
        case.dcap = json!({"tdx": {"kl": "deny"}});
    }),
    row("tdx.attributes.perfmon", "warn set", |case| bit(case, 63)),
    row("tdx.attributes.reserved", "warn set", |case| bit(case, 27)),
    row("tdx.attributes.reserved", "fail set", |case| {
        bit(case, 8);
        case.dcap = json!({"tdx": {"reserved": "deny"}});
    }),
    row("tdx.service-td", "fail set", |case| {
        case.quote.td().relaunch.as_mut().unwrap().mr_service_td = [1; 48];
    }),
    row("tdx.xfam", "fail clear", |case| case.quote.td().xfam[0] &= !2),
    row("tdx.xfam", "warn set", |case| case.quote.td().xfam[7] = 0x80),
    row("tdx.xfam", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"xfam": ["0300000000000000"]}});
    }),
    row("tdx.seam.measurement", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-seam": [digest(1)]}});
    }),
    row("tdx.mr-config-id", "warn no-reference", |case| case.quote.td().mr_config_id = [1; 48]),
    row("tdx.mr-config-id", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-config-id": {"one-of": [digest(2)]}}});
    }),
    row("tdx.mr-owner", "fail not-equal", |case| {
        case.quote.td().mr_owner = [1; 48];
        case.dcap = json!({"tdx": {"mr-owner": "zero"}});
    }),
    row("tdx.mr-owner-config", "warn no-reference", |case| {
        case.quote.td().mr_owner_config = [1; 48];
    }),
    row("tdx.mrtd", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-td": [digest(3)]}});
    })
    .also(&[("tdx.software", "fail not-listed", NAMED_TOO)]),
    row("tdx.rtmr/rtmr0", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"rtmr0": [digest(3)]}});
    }),
    row("tdx.rtmr/rtmr3", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"rtmr3": [digest(3)]}});
    })
    .also(&[("tdx.software", "fail not-listed", NAMED_TOO)]),
    row("tdx.software", "warn partial", |case| {
        let td = case.quote.td();
        (td.mr_td, td.rtmr) = ([4; 48], [[4; 48]; 4]);
        let list = json!([digest(4)]);
        case.dcap = json!({"tdx": {"mr-td": list, "rtmr1": list, "rtmr2": list}});
    })
    .also(&[
        ("tdx.mrtd", "pass", "it is named"),
        ("tdx.rtmr/rtmr1", "pass", "it is named"),
        ("tdx.rtmr/rtmr2", "pass", "it is named"),
    ]),
    row("tdx.software", "pass", |case| {
        let td = case.quote.td();
        (td.mr_td, td.rtmr) = ([4; 48], [[5; 48], [4; 48], [4; 48], [0; 48]]);
        let list = json!([digest(4)]);
        case.dcap = json!({"tdx": {"mr-td": list, "rtmr1": list, "rtmr2": list}});
    })
    .also(&[
        ("tdx.mrtd", "pass", "it is named"),
        ("tdx.rtmr/rtmr1", "pass", "it is named"),
        ("tdx.rtmr/rtmr2", "pass", "it is named"),
    ]),
    row("sgx.attributes.debug", "fail set", |case| case.quote.enclave().attributes[0] |= 2)
        .on(enclave),
    row("sgx.attributes.init", "fail clear", |case| case.quote.enclave().attributes[0] &= !1)
        .on(enclave),
    row("sgx.attributes.provision-key", "warn set", |case| {
        case.quote.enclave().attributes[0] |= 0x10;
    })
    .on(enclave),
    row("sgx.reserved", "warn set", |case| case.quote.enclave().attributes[7] = 0x80).on(enclave),
    row("sgx.reserved", "warn set", |case| case.quote.enclave().misc_select = 4).on(enclave),
    row("sgx.mrenclave", "fail not-listed", |case| {
        case.dcap = json!({"sgx": {"mr-enclave": ["22".repeat(32)]}});
    })
    .on(enclave),
    row("sgx.mrenclave", "pass", |case| {
        case.quote.enclave().mr_enclave = [0x22; 32];
        case.dcap = json!({"sgx": {"mr-enclave": ["22".repeat(32)]}});
    })
    .on(enclave),
    row("sgx.mrsigner", "fail not-listed", |case| {
        case.dcap = json!({"sgx": {"mr-signer": ["22".repeat(32)]}});
    })
    .on(enclave),
    row("sgx.isv-prod-id", "fail not-equal", |case| {
        case.dcap = json!({"sgx": {"isv-prod-id": 2}});
    })
    .on(enclave),
    row("sgx.isv-svn", "fail below-minimum", |case| {
        case.dcap = json!({"sgx": {"minimum-isv-svn": 2}});
    })
    .on(enclave),
    row("sgx.config-id", "fail not-equal", |case| {
        case.dcap = json!({"sgx": {"config-id": "22".repeat(64)}});
    })
    .on(enclave),
];

#[test]
fn one_change_decides_one_check_and_leaves_the_others() {
    let mut wrong = Vec::new();
    for Row { finding, becomes, base, spoil, also } in ROWS {
        let healthy = findings(&base().examine());
        let mut case = base();
        spoil(&mut case);
        let expected = Expected { finding, becomes, also };
        let label = format!("{finding} {becomes}");
        wrong.extend(expected.differences(&healthy, &findings(&case.examine()), &label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_of_a_body_has_a_row() {
    // Intel's own list refuses a foreign or unusual TDX module before a policy can.
    const REFUSED_BEFORE: [&str; 2] = ["tdx.seam.signer", "tdx.seam.attributes"];
    let rows: Vec<&str> = ROWS.iter().map(|row| check_of(row.finding)).collect();
    let own = checks::ALL.iter().map(|check| check.id);
    let open: Vec<&str> = own
        .filter(|id| id.starts_with("tdx.") || id.starts_with("sgx."))
        .filter(|id| !rows.contains(id) && !REFUSED_BEFORE.contains(id))
        .collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn foreign_tdx_module_is_refused_by_the_policy_too() {
    for spoil in [
        |td: &mut TdSpec| td.mr_signer_seam = [1; 48],
        |td: &mut TdSpec| td.seam_attributes = [1, 0, 0, 0, 0, 0, 0, 0],
    ] {
        let mut case = td();
        spoil(case.quote.td());
        let report = case.examine();
        assert_eq!(report.verdict.state, State::Failed);
        let found = findings(&report);
        let refused = ["tdx.seam.signer", "tdx.seam.attributes"]
            .iter()
            .filter(|id| found[**id].starts_with("fail"));
        assert_eq!(refused.count(), 1);
    }
}

#[test]
fn healthy_quotes_are_verified_but_for_their_software() {
    for (case, open) in [(td(), "tdx.software"), (enclave(), "sgx.mrenclave")] {
        let report = case.examine();
        let because: Vec<&str> = report.verdict.because.iter().map(|f| f.check.id).collect();
        assert_eq!((report.verdict.state, because), (State::Warning, vec![open]));
        assert!(report.simulated);
        assert_eq!(report.flags.debug, DebugFlag::Off);
    }
}

#[test]
fn unverified_quote_blocks_every_check_on_what_it_says() {
    for (mut case, tee) in [(td(), Tee::Tdx), (enclave(), Tee::Sgx)] {
        case.quote.signer = silicon_to_source::sim::keys::Key::StrangerP256;
        let report = case.examine();
        assert_eq!(report.verdict.state, State::Failed, "{}", tee.name());
        assert!(report.claims.is_empty(), "{}", tee.name());
        assert_eq!(report.flags.debug, DebugFlag::Unknown, "{}", tee.name());
        let found = findings(&report);
        let own = found.iter().filter(|(id, _)| {
            id.starts_with("tdx.") || id.starts_with("sgx.") || id.starts_with("dcap.policy.")
        });
        for (id, outcome) in own {
            assert_eq!(outcome, "blocked by dcap.quote.signature", "{id}");
        }
    }
}
