//! Evidence of one guest with something of another: each is refused by the link that does not fit.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use silicon_to_source::formats::dstack;
use silicon_to_source::report::{Became, Report, State};

use super::attestation::{encoded, informed, of};
use super::guest::{Guest, committed, compose, document, guest, pinned, starts};
use super::{certificate, image};

/// Another guest: another application, instance and image on another machine.
fn other() -> Guest {
    let mut other = guest();
    other.td.quote.td().mr_td = [0x77; 48];
    starts(&mut other, compose("services: {other: {image: 'registry.example/other:1'}}"));
    other
}

fn parsed(guest: &Guest) -> Json {
    serde_json::from_slice(&guest.answer()).unwrap()
}

/// The answer of `of` with one member of another guest's.
fn with(of: &Guest, member: &str, value: &Json) -> Report {
    let mut answer = parsed(of);
    answer[member] = value.clone();
    of.examine_bytes(answer.to_string().as_bytes()).unwrap()
}

fn assert_refused(name: &str, report: &Report, expected: &[&str]) {
    let because: BTreeSet<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(report.verdict.state, State::Failed, "{name}");
    assert_eq!(because, expected.iter().copied().collect(), "{name}");
}

/// What is about another guest is left aside, and told.
fn assert_unused(name: &str, report: &Report) {
    let unused = report.files.iter().filter(|file| file.became == Became::NotAboutThis);
    assert_eq!(unused.count(), 1, "{name}");
    assert_ne!(report.verdict.state, State::Failed, "{name}");
    assert!(report.findings(&dstack::checks::DSTACK_COMPOSE_HASH).all(|f| f.outcome == "unknown"));
}

#[test]
fn nothing_of_another_guest_goes_with_this_guests_quote() {
    let (own, other) = (guest(), other());
    let foreign = parsed(&other);
    assert_refused(
        "event log",
        &with(&own, "event_log", &foreign["event_log"]),
        &["eventlog.replay"],
    );
    assert_refused(
        "tcb_info",
        &with(&own, "tcb_info", &foreign["tcb_info"]),
        &["dstack.tcb-info", "dstack.ids", "dstack.compose-hash", "dstack.mr-config"],
    );
    assert_refused(
        "quote",
        &with(&own, "quote", &foreign["quote"]),
        &["eventlog.replay", "dstack.tcb-info", "dstack.mr-config"],
    );
    let mut info = own.clone();
    info.info = Some(json!({"tcb_info": {}, "app_id": "22".repeat(20)}));
    assert_refused("Info", &info.examine(), &["dstack.ids"]);
    let mut foreign_file = own.clone();
    foreign_file.last = |answer| {
        let mut tcb: Json = serde_json::from_str(answer["tcb_info"].as_str().unwrap()).unwrap();
        tcb["app_compose"] = json!(compose("services: {}"));
        answer["tcb_info"] = json!(tcb.to_string());
    };
    let expected = ["dstack.compose-hash", "dstack.mr-config"];
    assert_refused("app-compose file", &foreign_file.examine(), &expected);
}

#[test]
fn image_of_another_machine_does_not_have_this_machines_registers() {
    let own = image::lite();
    let mut foreign = image::lite();
    foreign.lite.as_mut().unwrap().set_kernel();
    let vm = &parsed(&foreign)["vm_config"];
    assert_refused("vm_config", &with(&own, "vm_config", vm), &["dstack.measurement"]);
}

#[test]
fn document_of_an_sev_snp_guest_is_not_what_a_tdx_host_committed_to() {
    let own = committed(document(&pinned()));
    let machine = super::machine::machine();
    let foreign = machine.document.replace(&hex::encode(super::guest::APP), &"22".repeat(20));
    let vm = json!(json!({"mr_config": foreign}).to_string());
    assert_refused("document", &with(&own, "vm_config", &vm), &["dstack.mr-config"]);
}

#[test]
fn quote_of_another_guest_does_not_speak_for_this_certificates_key() {
    let mut case = certificate::certified();
    case.quoted = s2s_sim::keys::Key::IntelRoot;
    assert_refused("certificate", &case.examine(), &["dstack.certificate.key"]);
}

#[test]
fn nothing_of_another_guest_goes_with_this_guests_attestation() {
    let (own, other) = (informed(guest()), informed(other()));
    let examined = |guest: &Guest, answer: &Json| {
        guest.examine_bytes(&encoded(&answer.to_string().into_bytes()).bytes).unwrap()
    };
    let mixed = |member: &str| {
        let mut answer = parsed(&own);
        answer[member] = parsed(&other)[member].clone();
        examined(&own, &answer)
    };
    assert_refused("event log", &mixed("event_log"), &["eventlog.replay"]);
    assert_refused("quote", &mixed("quote"), &["eventlog.replay"]);
    let beside = |info: Json| {
        let mut guest = own.clone();
        guest.info = Some(info);
        guest.examine_bytes(&of(&guest).bytes).unwrap()
    };
    let strange = beside(other.info.clone().unwrap());
    assert_unused("Info with another guest's registers", &strange);
    let info = json!({"tcb_info": {}, "app_id": "22".repeat(20)});
    assert_refused("Info, names alone", &beside(info), &["dstack.ids"]);
    let info = json!({"tcb_info": {"app_compose": other.compose}, "app_id": ""});
    let expected = ["dstack.compose-hash", "dstack.mr-config"];
    assert_refused("app-compose file", &beside(info), &expected);

    let mut foreign = image::lite();
    foreign.lite.as_mut().unwrap().set_kernel();
    let own = image::lite();
    let mut answer = parsed(&own);
    answer["vm_config"] = parsed(&foreign)["vm_config"].clone();
    assert_refused("vm_config", &examined(&own, &answer), &["dstack.measurement"]);
}

#[test]
fn nothing_of_another_guest_goes_with_an_sev_snp_guests_attestation() {
    let mut machine = super::machine::machine();
    machine.info = Some(json!({"tcb_info": {}, "app_id": "22".repeat(20)}));
    assert_refused("Info", &machine.examine(), &["dstack.ids"]);
    let mut machine = super::machine::machine();
    machine.compose = Some(other().compose);
    assert_unused("app-compose file", &machine.examine());
    let mut machine = super::machine::machine();
    machine.document = document(&other().compose);
    assert_refused("document", &machine.examine(), &["dstack.mr-config"]);
}
