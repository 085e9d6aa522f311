//! dstack's answers: each check with an input that makes exactly it fail, on quotes and reports of
//! the simulated makers with a log, an app-compose file and an agent's words made for them, and
//! the real answers at hand. Numbers in the log are made as dstack's `cc-eventlog` says.

mod attestation;
mod certificate;
mod guest;
mod image;
mod machine;
mod mixtures;
mod named;

use std::fs;

use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::finding::Check;
use silicon_to_source::formats::dstack::parse::{KeyProvider, mr_config_v1, mr_config_v2};
use silicon_to_source::formats::{dstack, eventlog};
use silicon_to_source::report::{Custody, Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::mutation::{changes, cuts, survivors};
use crate::common::table::{self, Row, Told, assert_rows, findings};
use crate::common::{examine, shared};
use guest::{APP, Guest, committed, compose, document, guest, hash, named, pinned, starts, third};
use machine::{Machine, REPORTS};

/// Sound answers of a TDX and of an SEV-SNP guest, each with the files beside it.
pub(crate) fn sound() -> [(Vec<u8>, Vec<Vec<u8>>); 2] {
    let (guest, machine) = (guest(), machine::machine());
    let attested = json!({"attestation": hex::encode(machine.attestation())}).to_string();
    let mut beside = machine.snp.collateral();
    beside.extend(machine.compose.map(String::into_bytes));
    [(guest.answer(), vec![guest.td.files().bytes()]), (attested.into_bytes(), beside)]
}

pub(crate) const IN_2026: &str = "2026-07-10T00:00:00Z";

/// Changes a member of the JSON text that `outer` holds.
fn inside(answer: &mut Json, outer: &str, member: &str, value: Json) {
    let mut inner: Json = serde_json::from_str(answer[outer].as_str().unwrap()).unwrap();
    inner[member] = value;
    answer[outer] = json!(inner.to_string());
}

fn zeros(answer: &mut Json, register: &str) {
    inside(answer, "tcb_info", register, json!("09".repeat(48)));
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Guest)) -> Row<Guest> {
    Row::new(guest, finding, becomes, spoil)
}

/// The agent says where keys come from, as the log does.
fn said() -> Guest {
    Guest { last: |a| a["key_provider_info"] = json!(r#"{"name":"kms","id":"3059"}"#), ..guest() }
}

const UNNAMED: &str = "the policy has no value to compare with";
const CONTRACT: &str = "only a key service asks the contract of the app";
const COMMITTED: &str = "the host committed to the file that was started";

const ROWS: &[Row<Guest>] = &[
    row("dstack.tcb-info/mrtd", "fail not-equal", |guest| guest.last = |a| zeros(a, "mrtd")),
    row("dstack.tcb-info/rtmr0", "fail not-equal", |guest| guest.last = |a| zeros(a, "rtmr0")),
    row("dstack.tcb-info/rtmr1", "fail not-equal", |guest| guest.last = |a| zeros(a, "rtmr1")),
    row("dstack.tcb-info/rtmr2", "fail not-equal", |guest| guest.last = |a| zeros(a, "rtmr2")),
    row("dstack.tcb-info/rtmr3", "fail not-equal", |guest| guest.last = |a| zeros(a, "rtmr3")),
    row("dstack.tcb-info/mr-aggregated", "fail not-equal", |guest| {
        guest.last = |a| inside(a, "tcb_info", "mr_aggregated", json!("09".repeat(32)));
    }),
    row("dstack.ids/app-id", "fail disagree", |guest| {
        guest.last = |answer| answer["app_id"] = json!("22".repeat(20));
    }),
    row("dstack.ids/instance-id", "fail disagree", |guest| {
        guest.last = |answer| answer["instance_id"] = json!("22".repeat(20));
    }),
    row("dstack.ids/compose-hash", "fail disagree", |guest| {
        guest.last = |answer| {
            inside(answer, "tcb_info", "compose_hash", json!("22".repeat(32)));
        };
    }),
    row("dstack.ids/instance-id", "fail disagree", |guest| {
        guest.info = Some(json!({"tcb_info": {}, "app_id": "", "instance_id": "22".repeat(20)}));
    }),
    row("dstack.compose-hash", "fail not-equal", |guest| {
        guest.last = |answer| inside(answer, "tcb_info", "app_compose", json!("{}"));
    })
    .also(&[("dstack.mr-config", "fail not-equal", COMMITTED)]),
    row("dstack.mr-config", "fail not-equal", |guest| guest.td.quote.td().mr_config_id[1] ^= 1),
    row("dstack.mr-config", "fail not-equal", |guest| guest.td.quote.td().mr_config_id[40] ^= 1),
    row("dstack.mr-config", "fail not-equal", |guest| {
        guest.last = |answer| {
            let document = document(&pinned()).replace('{', "{ ");
            inside(answer, "vm_config", "mr_config", json!(document));
        };
    })
    .on(third),
    row("dstack.key-provider", "warn not-kms", |guest| {
        guest.provider = br#"{"name":"local-sgx","id":"00"}"#;
    })
    .also(&[("registry.compose-hash", "absent", CONTRACT)]),
    row("dstack.key-provider/stated", "fail disagree", |guest| {
        guest.last = |a| a["key_provider_info"] = json!(r#"{"name":"kms","id":"3060"}"#);
    })
    .on(said),
    row("dstack.key-provider/stated", "fail disagree", |guest| {
        guest.last =
            |a| a["key_provider_info"] = json!(hex::encode(br#"{"name":"tpm","id":"3059"}"#));
    })
    .on(said),
    row("dstack.key-provider", "warn unreadable", |guest| guest.provider = b"{}").also(&[(
        "registry.compose-hash",
        "absent",
        CONTRACT,
    )]),
    row("dstack.os-image", "unknown no-reference", |guest| guest.named = false).on(named).also(&[
        ("tdx.mrtd", "unknown no-reference", UNNAMED),
        ("tdx.rtmr/rtmr0", "unknown no-reference", UNNAMED),
        ("tdx.rtmr/rtmr1", "unknown no-reference", UNNAMED),
        ("tdx.rtmr/rtmr2", "unknown no-reference", UNNAMED),
        ("tdx.rtmr/rtmr3", "unknown no-reference", UNNAMED),
        ("tdx.software", "unknown no-reference", UNNAMED),
    ]),
    row("dstack.images/container 1", "warn by-tag", |guest| {
        starts(guest, compose("services: {web: {image: 'registry.example/web:1'}}"));
    }),
    row("dstack.images/container 1", "warn missing", |guest| {
        starts(guest, compose("services: {web: {build: .}}"));
    }),
    row("dstack.images", "warn unreadable", |guest| {
        starts(guest, compose("services: {web: &a {image: b}}\ninclude: [c]"));
    }),
    row("dstack.images/scripts", "warn scripts", |guest| {
        let mut file: Json = serde_json::from_str(&pinned()).unwrap();
        file["pre_launch_script"] = json!("docker run registry.example/other");
        starts(guest, file.to_string());
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    [ROWS, image::ROWS, attestation::ROWS]
        .map(table::told)
        .into_iter()
        .chain([table::told(REPORTS), table::told(certificate::ROWS)])
        .flatten()
        .collect()
}

/// A document that the host committed to, of another application than the log's.
fn other_document() -> Report {
    let other = document(&pinned()).replace(&hex::encode(APP), &"22".repeat(20));
    committed(other).examine()
}

#[test]
fn every_spoiled_thing_turns_exactly_its_check() {
    assert_rows(ROWS, Guest::examine);
    assert_rows(REPORTS, Machine::examine);
    assert_rows(image::ROWS, Guest::examine);
    assert_rows(certificate::ROWS, certificate::Case::examine);
    assert_rows(attestation::ROWS, attestation::examined);
}

#[test]
fn guest_with_everything_beside_its_quote_leaves_its_system_alone_unnamed() {
    let report = guest().examine();
    for open in ["tdx.mr-config-id", "tdx.software", "dstack.os-image"] {
        assert_eq!(findings(&report)[open], "unknown no-reference", "{open}");
    }
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(report.assurance.level, Some(Level::A3), "nobody named the guest's system");
    assert_eq!(report.flags.custody, Custody::KmsDerived);
    let claim = |name: &str| {
        let claim = report.claims.iter().find(|claim| claim.name == name).expect(name);
        claim.value.to_string()
    };
    assert_eq!(claim("dstack.app-id"), format!("{} (RTMR3)", hex::encode(APP)));
    assert_eq!(claim("dstack.image"), format!("registry.example/web@sha256:{}", "a".repeat(64)));
    let found = findings(&report);
    for check in ["dstack.compose-hash", "dstack.mr-config", "dstack.tcb-info/rtmr3"] {
        assert_eq!(found[check], "pass", "{check}");
    }
}

#[test]
fn agent_that_agrees_about_its_keys_says_no_more_than_the_log() {
    assert_eq!(findings(&said().examine())["dstack.key-provider/stated"], "pass");
    let mut guest = guest();
    guest.provider = br#"{"name":"local-sgx","id":"00"}"#;
    guest.last = |a| a["key_provider_info"] = json!(r#"{"name":"local-sgx","id":"00"}"#);
    let found = findings(&guest.examine());
    for finding in ["dstack.key-provider", "dstack.key-provider/stated"] {
        assert_eq!(found[finding], "warn not-kms", "{finding}");
    }
}

#[test]
fn level_of_a_named_guest_is_shown_with_the_tag_that_weakens_it() {
    let report = named().examine();
    assert_eq!(report.assurance.level, Some(Level::A4));
    assert_eq!(report.assurance.except, Vec::<&Check>::new());
    let mut guest = named();
    starts(&mut guest, compose("services: {web: {image: 'registry.example/web:1'}}"));
    let report = guest.examine();
    assert_eq!(report.assurance.level, Some(Level::A4));
    assert_eq!(report.assurance.except, [&dstack::checks::DSTACK_IMAGES]);
}

#[test]
fn document_of_another_application_is_refused_although_the_host_committed_to_it() {
    let report = other_document();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    assert_eq!(found["dstack.mr-config"], "pass");
    assert_eq!(found["dstack.mr-config/app-id"], "fail not-equal");
}

/// The hash of version 2 (compose hash 22.., app id 11.., kind 2, id 3333) is from a sponge written
/// in Python from FIPS 202, which gives hashlib's SHA3-256 with that standard's padding.
#[test]
fn commitments_of_each_version_have_dstacks_form() {
    let compose_hash = silicon_to_source::digest::Sha256([0x22; 32]);
    let first = mr_config_v1(&compose_hash);
    assert_eq!(first.0[..34], [&[1][..], &[0x22; 32], &[0]].concat());
    let second = mr_config_v2(&compose_hash, &APP, KeyProvider::Kms, &[0x33, 0x33]);
    let by_python = "51584aa546cbc5a0fb3c911a951517c757a4f8a614f0c0216708ed9cebe8f19f";
    assert_eq!(hex::encode(second.0), format!("02{by_python}{}", "00".repeat(15)));
    assert_ne!(second, mr_config_v2(&compose_hash, &APP, KeyProvider::Local, &[0x33, 0x33]));
    let mut guest = guest();
    let hash = silicon_to_source::digest::Sha256(hash(&guest.compose));
    guest.td.quote.td().mr_config_id = mr_config_v2(&hash, &APP, KeyProvider::Kms, &[0x33, 0x33]).0;
    assert_eq!(findings(&guest.examine())["dstack.mr-config"], "pass");
    guest.td.quote.td().mr_config_id = mr_config_v2(&hash, &APP, KeyProvider::Kms, &[]).0;
    assert_eq!(findings(&guest.examine())["dstack.mr-config"], "fail not-equal");
    guest.td.quote.td().mr_config_id = [0; 48];
    assert_eq!(findings(&guest.examine())["dstack.mr-config"], "unknown not-applicable");
    guest.td.quote.td().mr_config_id = [4; 48];
    assert_eq!(findings(&guest.examine())["dstack.mr-config"], "unknown not-supported");
}

#[test]
fn nothing_is_read_from_a_log_that_does_not_replay() {
    let mut guest = guest();
    guest.last = |answer| {
        let log =
            answer["event_log"].as_str().unwrap().replace(&hex::encode(APP), &"22".repeat(20));
        answer["event_log"] = json!(log);
    };
    let report = guest.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    for check in ["dstack.ids", "dstack.compose-hash", "dstack.key-provider"] {
        assert_eq!(found[check], "blocked by eventlog.replay", "{check}");
    }
    assert_eq!(report.flags.custody, Custody::NotStated);
    assert!(!report.claims.iter().any(|claim| claim.name.starts_with("dstack.")));
}

#[test]
fn agents_answer_alone_is_not_evidence_and_is_named() {
    let info = json!({"tcb_info": {}, "app_id": "11"}).to_string();
    let error = examine(info.as_bytes(), &[], None, UnixTime(0)).unwrap_err().to_string();
    assert!(error.contains("nobody signed"), "{error}");
}

/// One value in eleven places: a whole sweep is the quote's own test.
#[test]
fn changed_or_cut_answer_still_holds_only_with_what_nobody_compares() {
    let guest = guest();
    let input = guest.answer();
    let every: Vec<_> = changes(&input, 1000).into_iter().step_by(11).collect();
    let before = guest.examine();
    let kept = survivors(&input, &every, guest.examiner());
    for (change, report) in &kept {
        for claim in &report.claims {
            assert!(before.claims.contains(claim), "{change:?}: {claim:?}");
        }
        assert!(report.assurance.level <= before.assurance.level, "{change:?}");
    }
    println!("{} bytes, {} changes, {} without effect", input.len(), every.len(), kept.len());
    assert!(kept.len() * 4 < every.len(), "{} of {}", kept.len(), every.len());
    let last = &input[..input.len() - 1];
    assert!(guest.examine_bytes(last).is_err());
    let short = &input[..200];
    cuts(short, |bytes| guest.examine_bytes(bytes));
}

pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/dstack/{name}")).map(|path| fs::read(path).unwrap())
}

pub(crate) fn real(input: &[u8]) -> Report {
    examine(input, &[], None, IN_2026.parse().unwrap()).unwrap()
}

fn claim(report: &Report, name: &str) -> Vec<String> {
    let claims = report.claims.iter().filter(|claim| claim.name == name);
    claims.map(|claim| claim.value.to_string()).collect()
}

#[test]
fn real_sev_snp_attestation_is_signed_by_amd_and_commits_to_its_document() {
    let Some(input) = read("sev-snp-attestation.json") else { return };
    let report = real(&input);
    assert_eq!(report.subject.kind, "dstack-snp-attestation");
    let found = findings(&report);
    for check in ["snp.report.signature", "dstack.mr-config", "dstack.report-data"] {
        assert_eq!(found[check], "pass", "{check}");
    }
    assert_eq!(
        claim(&report, "dstack.app-id"),
        ["86e59625be93207bc2351c4d1bba20037cec8e16 (HOST_DATA)"]
    );
    assert_eq!(report.flags.custody, Custody::KmsDerived);
    assert_ne!(report.verdict.state, State::Verified);
    let text = String::from_utf8(input).unwrap();
    // The document's application: "86e596" in hex of its text.
    let changed = text.replacen("383665353936", "383665353937", 1);
    assert_ne!(changed, text);
    let found = findings(&real(changed.as_bytes()));
    assert_eq!(found["dstack.mr-config"], "fail not-equal");
}

#[test]
fn real_quote_reports_show_their_application_and_leave_its_own_events_aside() {
    for (name, compose, provider) in [
        (
            "quote-report.json",
            "3763bc34552cf3a27ff71ad5f7a90471562a1a2df552dfc1998cba2d60da27e7",
            "warn not-kms",
        ),
        (
            "tdx-lite-getquote.json",
            "86b0e55f2fa8e4fb69d890f14f54d5612707646e2573d54e0d2ddaaade77caa9",
            "pass",
        ),
    ] {
        let Some(input) = read(name) else { return };
        let mut policy: Json = serde_json::from_str(builtin("tdx-dstack").unwrap().json).unwrap();
        policy["required"] = json!(["dcap.quote.signature"]);
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let report = examine(&input, &[], Some(&policy), IN_2026.parse().unwrap()).unwrap();
        let found = findings(&report);
        assert_eq!(found["dstack.key-provider"], provider, "{name}");
        assert_eq!(claim(&report, "dstack.compose-hash"), [format!("{compose} (RTMR3)")]);
        assert!(!report.claims.iter().any(|claim| claim.value.to_string().contains("LIUM")));
        let replayed: Vec<_> = report.findings(&eventlog::checks::EVENTLOG_REPLAY).collect();
        assert_eq!(replayed.len(), 4, "{name}");
        assert!(replayed.iter().all(|finding| finding.outcome == "pass"), "{name}");
    }
}
