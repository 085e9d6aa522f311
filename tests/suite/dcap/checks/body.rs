//! What SGX and TDX quotes say about the machine and the software in it.

use s2s_sim::keys::Key;
use serde_json::json;
use silicon_to_source::formats::intel::parse::Tee;
use silicon_to_source::report::{DebugFlag, State};

use super::row;
use crate::common::dcap::Case;
use crate::common::table::{Row, findings};

fn bit(case: &mut Case, position: u32) {
    case.quote.td().td_attributes ^= 1 << position;
}

fn digest(byte: u8) -> String {
    hex::encode([byte; 48])
}

/// Security versions of which the one at `place` is above its own in `svn`, and no other.
fn above(svn: [u8; 16], place: usize) -> String {
    let mut least = svn.map(|svn| svn.saturating_sub(1));
    least[place] = svn[place] + 1;
    hex::encode(least)
}

const REFUSED_BEFORE: &str = "Intel's own list of modules refuses it too";
const OTHERS_NAMED: &str = "other registers are named, and this one is not";
const NAMED_TOO: &str = "the software is known by this register among others";

pub(crate) const ROWS: &[Row<Case>] = &[
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
    row("dcap.policy.fmspc", "fail not-listed", |case| {
        case.dcap = json!({"fmspcs": ["000000000000"]});
    }),
    row("dcap.policy.qe-vendor", "fail not-listed", |case| {
        case.dcap = json!({"qe-vendors": ["00".repeat(16)]});
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
    row("tdx.attributes.tpa", "warn set", |case| bit(case, 62)),
    row("tdx.attributes.tpa", "fail set", |case| {
        bit(case, 62);
        case.dcap = json!({"tdx": {"tpa": "deny"}});
    }),
    row("tdx.attributes.reserved", "warn set", |case| bit(case, 26)),
    row("tdx.attributes.reserved", "fail set", |case| {
        bit(case, 8);
        case.dcap = json!({"tdx": {"reserved": "deny"}});
    }),
    row("tdx.service-td", "warn set", |case| {
        case.quote.td().relaunch.as_mut().unwrap().mr_service_td = [1; 48];
    }),
    row("tdx.service-td", "fail set", |case| {
        case.quote.td().relaunch.as_mut().unwrap().mr_service_td = [1; 48];
        case.dcap = json!({"tdx": {"service-td": "deny"}});
    }),
    row("tdx.xfam", "fail clear", |case| case.quote.td().xfam[0] &= !2),
    row("tdx.xfam", "warn set", |case| case.quote.td().xfam[7] = 0x80),
    row("tdx.xfam", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"xfam": ["0300000000000000"]}});
    }),
    row("tdx.seam.signer", "fail not-equal", |case| case.quote.td().mr_signer_seam = [1; 48])
        .also(&[("dcap.tdx-module.identity", "fail not-equal", REFUSED_BEFORE)]),
    row("tdx.seam.attributes", "fail set", |case| case.quote.td().seam_attributes[0] = 1)
        .also(&[("dcap.tdx-module.identity", "fail not-equal", REFUSED_BEFORE)]),
    row("tdx.seam.measurement", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-seam": [digest(1)]}});
    }),
    row("tdx.seam.maker", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-signer-seam": [digest(1)]}});
    }),
    row("tdx.seam.maker", "pass", |case| {
        case.dcap = json!({"tdx": {"mr-signer-seam": [digest(1), digest(0)]}});
    }),
    row("tdx.seam.properties", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"seam-attributes": ["0100000000000000"]}});
    }),
    // One byte alone is below: an order of the whole, from either end, would let one of these pass.
    row("tdx.tee-tcb-svn", "fail below-minimum", |case| {
        case.dcap = json!({"tdx": {"minimum-tee-tcb-svn": above(case.quote.td().tee_tcb_svn, 0)}});
    }),
    row("tdx.tee-tcb-svn", "fail below-minimum", |case| {
        case.dcap = json!({"tdx": {"minimum-tee-tcb-svn": above(case.quote.td().tee_tcb_svn, 15)}});
    }),
    row("tdx.tee-tcb-svn", "pass", |case| {
        let least = hex::encode(case.quote.td().tee_tcb_svn);
        case.dcap = json!({"tdx": {"minimum-tee-tcb-svn": least}});
    }),
    row("tdx.mr-config-id", "unknown no-reference", |case| case.quote.td().mr_config_id = [1; 48]),
    row("tdx.mr-config-id", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"mr-config-id": {"one-of": [digest(2)]}}});
    }),
    row("tdx.mr-owner", "fail not-equal", |case| {
        case.quote.td().mr_owner = [1; 48];
        case.dcap = json!({"tdx": {"mr-owner": "zero"}});
    }),
    row("tdx.mr-owner-config", "unknown no-reference", |case| {
        case.quote.td().mr_owner_config = [1; 48];
    }),
    row("tdx.mr-owner-config", "fail not-equal", |case| {
        case.quote.td().mr_owner_config = [1; 48];
        case.dcap = json!({"tdx": {"mr-owner-config": "zero"}});
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
    row("tdx.software", "fail not-listed", |case| {
        case.dcap = json!({"tdx": {"rtmr1": [digest(3)]}});
    })
    .also(&[
        ("tdx.rtmr/rtmr0", "absent", OTHERS_NAMED),
        ("tdx.rtmr/rtmr1", "fail not-listed", NAMED_TOO),
        ("tdx.rtmr/rtmr2", "absent", OTHERS_NAMED),
        ("tdx.rtmr/rtmr3", "absent", OTHERS_NAMED),
    ]),
    row("tdx.software", "unknown no-reference", |case| {
        let td = case.quote.td();
        (td.mr_td, td.rtmr) = ([4; 48], [[4; 48]; 4]);
        let list = json!([digest(4)]);
        case.dcap = json!({"tdx": {"mr-td": list, "rtmr1": list, "rtmr2": list}});
    })
    .also(&[
        ("tdx.mrtd", "pass", "it is named"),
        ("tdx.rtmr/rtmr0", "absent", OTHERS_NAMED),
        ("tdx.rtmr/rtmr1", "pass", "it is named"),
        ("tdx.rtmr/rtmr2", "pass", "it is named"),
        ("tdx.rtmr/rtmr3", "absent", OTHERS_NAMED),
    ]),
    row("tdx.software", "pass", |case| {
        let td = case.quote.td();
        (td.mr_td, td.rtmr) = ([4; 48], [[5; 48], [4; 48], [4; 48], [0; 48]]);
        let list = json!([digest(4)]);
        case.dcap = json!({"tdx": {"mr-td": list, "rtmr1": list, "rtmr2": list}});
    })
    .also(&[
        ("tdx.mrtd", "pass", "it is named"),
        ("tdx.rtmr/rtmr0", "absent", OTHERS_NAMED),
        ("tdx.rtmr/rtmr1", "pass", "it is named"),
        ("tdx.rtmr/rtmr2", "pass", "it is named"),
        ("tdx.rtmr/rtmr3", "absent", OTHERS_NAMED),
    ]),
    row("sgx.attributes.debug", "fail set", |case| case.quote.enclave().attributes[0] |= 2)
        .on(Case::enclave),
    row("sgx.attributes.init", "fail clear", |case| case.quote.enclave().attributes[0] &= !1)
        .on(Case::enclave),
    row("sgx.attributes.provision-key", "warn set", |case| {
        case.quote.enclave().attributes[0] |= 0x10;
    })
    .on(Case::enclave),
    row("sgx.xfrm", "fail clear", |case| case.quote.enclave().attributes[8] &= !2)
        .on(Case::enclave),
    row("sgx.xfrm", "warn set", |case| case.quote.enclave().attributes[9] = 1).on(Case::enclave),
    row("sgx.xfrm", "fail not-listed", |case| {
        case.dcap = json!({"sgx": {"xfrm": ["0300000000000000"]}});
    })
    .on(Case::enclave),
    row("sgx.xfrm", "pass", |case| {
        case.dcap = json!({"sgx": {"xfrm": ["e700000000000000"]}});
    })
    .on(Case::enclave),
    row("sgx.reserved", "warn set", |case| case.quote.enclave().attributes[7] = 0x80)
        .on(Case::enclave),
    row("sgx.reserved", "warn set", |case| case.quote.enclave().misc_select = 4).on(Case::enclave),
    row("sgx.mrenclave", "fail not-listed", |case| {
        case.dcap = json!({"sgx": {"mr-enclave": ["22".repeat(32)]}});
    })
    .on(Case::enclave),
    row("sgx.mrenclave", "pass", |case| {
        case.quote.enclave().mr_enclave = [0x22; 32];
        case.dcap = json!({"sgx": {"mr-enclave": ["22".repeat(32)]}});
    })
    .on(Case::enclave),
    row("sgx.mrsigner", "fail not-listed", |case| {
        case.dcap = json!({"sgx": {"mr-signer": ["22".repeat(32)]}});
    })
    .on(Case::enclave),
    row("sgx.isv-prod-id", "fail not-equal", |case| {
        case.dcap = json!({"sgx": {"isv-prod-id": 2}});
    })
    .on(Case::enclave),
    row("sgx.isv-svn", "fail below-minimum", |case| {
        case.dcap = json!({"sgx": {"minimum-isv-svn": 2}});
    })
    .on(Case::enclave),
    row("sgx.config-id", "fail not-equal", |case| {
        case.dcap = json!({"sgx": {"config-id": "22".repeat(64)}});
    })
    .on(Case::enclave),
];

#[test]
fn healthy_quotes_are_verified_but_for_their_software() {
    for (case, open) in [(Case::td(), "tdx.software"), (Case::enclave(), "sgx.mrenclave")] {
        let report = case.examine();
        let because: Vec<&str> = report.verdict.because.iter().map(|f| f.check.id).collect();
        assert_eq!((report.verdict.state, because), (State::Verified, vec![]));
        assert_eq!(findings(&report)[open], "unknown no-reference");
        assert!(report.simulated);
        assert_eq!(report.flags.debug, DebugFlag::Off);
    }
}

#[test]
fn unverified_quote_blocks_every_check_on_what_it_says() {
    for (mut case, tee) in [(Case::td(), Tee::Tdx), (Case::enclave(), Tee::Sgx)] {
        case.quote.signer = Key::StrangerP256;
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
