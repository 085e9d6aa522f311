//! dstack's attestation, version 1 (dstack, `dstack-attest`, `v1.rs`): simulated guests, encoded by
//! `rmp-serde` as that definition says. No real one was at hand.

use serde::Serialize;
use serde_json::{Value as Json, json};
use silicon_to_source::report::{Report, State};

use super::attestation::{self, informed};
use super::guest::{Guest, guest, third};
use super::machine::{Machine, machine};
use super::{image, read, real};
use crate::common::examine;
use crate::common::mutation::{changes, cuts, survivors};
use crate::common::shared;
use crate::common::table::findings;

/// Bytes that are marked as such, as `serde_human_bytes` writes them.
struct Marked(Vec<u8>);

impl Serialize for Marked {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

#[derive(Serialize)]
struct Attestation {
    version: u64,
    platform: Platform,
    stack: Stack,
}

#[derive(Serialize)]
#[serde(tag = "kind", content = "data")]
enum Platform {
    #[serde(rename = "tdx")]
    Tdx { quote: Vec<u8>, event_log: Vec<Event> },
    #[serde(rename = "gcp-tdx")]
    GcpTdx { quote: Vec<u8>, event_log: Vec<Event> },
    #[serde(rename = "nitro-enclave")]
    Nitro { nsm_quote: Vec<u8> },
    #[serde(rename = "aws-nitro-tpm")]
    NitroTpm { attestation_doc: Vec<u8> },
    #[serde(rename = "sev-snp")]
    Snp { report: Vec<u8>, cert_chain: Vec<Vec<u8>>, mr_config: String },
}

#[derive(Serialize)]
#[serde(tag = "kind", content = "data")]
enum Stack {
    #[serde(rename = "dstack")]
    Dstack { report_data: Vec<u8>, runtime_events: Vec<Runtime>, config: String },
    #[serde(rename = "dstack-pod")]
    Pod {
        report_data: Vec<u8>,
        runtime_events: Vec<Runtime>,
        config: String,
        report_data_payload: String,
    },
}

#[derive(Serialize)]
struct Event {
    imr: u32,
    event_type: u32,
    digest: Marked,
    event: String,
    event_payload: Marked,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
}

#[derive(Serialize)]
struct Runtime {
    event: String,
    payload: Marked,
}

fn bytes_of(value: &Json) -> Vec<u8> {
    hex::decode(value.as_str().unwrap_or_default()).unwrap()
}

/// What a quote report says.
struct Said {
    quote: Vec<u8>,
    events: Vec<Event>,
    report_data: Vec<u8>,
    config: String,
}

fn said(answer: &[u8]) -> Said {
    let answer: Json = serde_json::from_slice(answer).unwrap();
    let number = |value: &Json| u32::try_from(value.as_u64().unwrap()).unwrap();
    let events: Vec<Json> = serde_json::from_str(answer["event_log"].as_str().unwrap()).unwrap();
    let event = |event: &Json| Event {
        imr: number(&event["imr"]),
        event_type: number(&event["event_type"]),
        digest: Marked(bytes_of(&event["digest"])),
        event: event["event"].as_str().unwrap().to_owned(),
        event_payload: Marked(bytes_of(&event["event_payload"])),
        version: None,
    };
    Said {
        quote: bytes_of(&answer["quote"]),
        events: events.iter().map(event).collect(),
        report_data: bytes_of(&answer["report_data"]),
        config: answer["vm_config"].as_str().unwrap().to_owned(),
    }
}

fn encoded(platform: Platform, stack: Stack) -> Vec<u8> {
    rmp_serde::to_vec_named(&Attestation { version: 1, platform, stack }).unwrap()
}

fn of_quote(answer: &[u8]) -> Vec<u8> {
    let Said { quote, events, report_data, config } = said(answer);
    let runtime_events = vec![Runtime { event: "app-id".into(), payload: Marked(vec![1, 0xff]) }];
    encoded(
        Platform::Tdx { quote, event_log: events },
        Stack::Dstack { report_data, runtime_events, config },
    )
}

fn of(guest: &Guest) -> Vec<u8> {
    of_quote(&guest.answer())
}

fn of_machine(machine: &Machine) -> Vec<u8> {
    encoded(
        Platform::Snp {
            report: machine.snp.report_bytes(),
            cert_chain: Vec::new(),
            mr_config: machine.document.clone(),
        },
        Stack::Dstack {
            report_data: machine.stated.to_vec(),
            runtime_events: Vec::new(),
            config: machine.vm.clone(),
        },
    )
}

#[test]
fn a_tdx_guest_says_in_version_1_what_it_says_in_version_0() {
    let guest = informed(image::lite());
    let before = attestation::examined(&guest);
    let bytes = of(&guest);
    for form in [
        bytes.clone(),
        hex::encode(&bytes).into_bytes(),
        json!({ "attestation": hex::encode(&bytes) }).to_string().into_bytes(),
    ] {
        let report = guest.examine_bytes(&form).unwrap();
        assert_eq!(report.subject.kind, "dstack-tdx-attestation");
        assert_eq!(findings(&report), findings(&before));
        assert_eq!(report.verdict.state, State::Verified);
    }
}

#[test]
fn an_sev_snp_guest_says_in_version_1_what_it_says_in_version_0() {
    let machine = machine();
    let report = machine.examiner()(&of_machine(&machine)).unwrap();
    assert_eq!(report.subject.kind, "dstack-snp-attestation");
    assert_eq!(findings(&report), findings(&machine.examine()));
}

#[test]
fn a_pod_says_what_its_guest_says() {
    let guest = informed(guest());
    let Said { quote, events, report_data, config } = said(&guest.answer());
    let pod = encoded(
        Platform::Tdx { quote, event_log: events },
        Stack::Pod {
            report_data,
            runtime_events: Vec::new(),
            config,
            report_data_payload: "{}".into(),
        },
    );
    let report = guest.examine_bytes(&pod).unwrap();
    assert_eq!(findings(&report), findings(&attestation::examined(&guest)));
}

/// The digest of an event is made again from its name and payload, whichever way it is made.
#[test]
fn a_false_version_of_an_event_does_not_replay() {
    let guest = informed(guest());
    let Said { quote, mut events, report_data, config } = said(&guest.answer());
    events.iter_mut().find(|event| event.imr == 3).unwrap().version = Some(2);
    let runtime_events = Vec::new();
    let bytes = encoded(
        Platform::Tdx { quote, event_log: events },
        Stack::Dstack { report_data, runtime_events, config },
    );
    let report = guest.examine_bytes(&bytes).unwrap();
    assert_eq!(report.verdict.state, State::Failed, "{:?}", findings(&report));
}

#[test]
fn attestation_of_a_real_guest_says_in_version_1_what_its_quote_report_says() {
    for name in ["quote-report.json", "tdx-lite-getquote.json"] {
        let Some(answer) = read(name) else { return };
        let report = real(&of_quote(&answer));
        assert_eq!(report.subject.kind, "dstack-tdx-attestation");
        assert_eq!(findings(&report), findings(&real(&answer)), "{name}");
    }
}

#[test]
fn a_nitro_document_in_version_1_is_the_document() {
    let Some(path) = shared("vectors/nitro/dstack-nitro-attestation.bin") else { return };
    let bytes = std::fs::read(path).unwrap();
    // Version and variant, then the length as a SCALE compact integer of two bytes.
    let len = usize::from(u16::from_le_bytes([bytes[2], bytes[3]]) >> 2);
    let document = bytes[4..4 + len].to_vec();
    let now = "2025-12-25T13:16:00Z".parse().unwrap();
    let stack = || Stack::Dstack {
        report_data: vec![0; 64],
        runtime_events: Vec::new(),
        config: String::new(),
    };
    let wrapped = encoded(Platform::Nitro { nsm_quote: document.clone() }, stack());
    let [before, after] = [&bytes, &wrapped].map(|input| examine(input, &[], None, now).unwrap());
    assert_eq!(after.subject.kind, "dstack-nitro-attestation");
    assert_eq!(findings(&after), findings(&before));
}

#[test]
fn machines_that_are_not_read_are_named() {
    let stack = || Stack::Dstack {
        report_data: vec![0; 64],
        runtime_events: Vec::new(),
        config: String::new(),
    };
    let now = silicon_to_source::time::UnixTime(0);
    for (platform, name) in [
        (Platform::GcpTdx { quote: vec![4, 0], event_log: Vec::new() }, "Google Cloud"),
        (Platform::NitroTpm { attestation_doc: vec![0x84] }, "NitroTPM"),
    ] {
        let error = examine(&encoded(platform, stack()), &[], None, now).unwrap_err();
        assert_eq!(error.code(), "unsupported");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn members_that_are_missing_or_of_another_form_are_refused() {
    let guest = informed(guest());
    let whole = of(&guest);
    let replaced = |from: &[u8], to: &[u8]| {
        let at = whole.windows(from.len()).position(|own| own == from).unwrap();
        [&whole[..at], to, &whole[at + from.len()..]].concat()
    };
    for bytes in [
        replaced(b"\xa5quote", b"\xa5quotf"),
        replaced(b"\xa9event_log", b"\xa9event_lof"),
        replaced(b"\xabreport_data", b"\xabreport_datb"),
        replaced(b"\xa6config", b"\xa6confif"),
        replaced(b"\xa5stack", b"\xa5stacl"),
        replaced(b"\xa6dstack", b"\xa6dstacl"),
        replaced(b"\xa3imr", b"\xa3ims"),
        [&whole[..], &[0]].concat(),
    ] {
        assert_eq!(guest.examine_bytes(&bytes).unwrap_err().code(), "malformed");
    }
}

/// What a change leaves standing says nothing else than before.
fn assert_noticed(
    input: &[u8],
    examiner: &(impl Fn(&[u8]) -> crate::common::mutation::Answer + Sync),
) {
    let before = examiner(input).unwrap();
    let every: Vec<_> = changes(input, 1)
        .into_iter()
        .filter(|change| change.at.is_multiple_of(7) || change.at < 64)
        .collect();
    let same = |report: &Report, name: &String, outcome: &String| {
        findings(report).get(name) == Some(outcome) || outcome.starts_with("unknown")
    };
    for (change, report) in survivors(input, &every, examiner) {
        for (name, outcome) in findings(&report) {
            assert!(same(&before, &name, &outcome), "{change:x?}: {name} {outcome}");
        }
        assert!(report.assurance.level <= before.assurance.level);
    }
    cuts(input, examiner);
}

#[test]
fn changed_or_cut_attestations_of_version_1_say_nothing_new() {
    let machine = machine();
    assert_noticed(&of_machine(&machine), &machine.examiner());
    let guest = informed(third());
    assert_noticed(&of(&guest), &guest.examiner());
}
