//! dstack's attestations by themselves (version 0, dstack, `dstack-attest`, `attestation.rs`): of
//! simulated guests, and of the real ones whose quote reports are at hand.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::default_policy;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;
use x509_parser::pem::Pem;

use super::guest::{Guest, guest, third};
use super::machine::{compact, machine, scale};
use super::{image, read, real};
use crate::common::examine;
use crate::common::mutation::{Change, changes, cuts, survivors};
use crate::common::table::{Row, findings};

/// An attestation, and where its parts are.
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    quote: Range<usize>,
    /// The events again, without their place: nobody reads them here.
    again: Range<usize>,
    config: Range<usize>,
}

/// The attestation of the guest that answers with this quote report.
pub(crate) fn encoded(answer: &[u8]) -> Encoded {
    let answer: Json = serde_json::from_slice(answer).unwrap();
    let text = |member: &str| answer[member].as_str().unwrap();
    let bytes_of = |value: &Json| hex::decode(value.as_str().unwrap_or_default()).unwrap();
    let events: Vec<Json> = serde_json::from_str(text("event_log")).unwrap();
    let mut bytes = vec![0, 0];
    let mut part = |content: Vec<u8>| {
        let start = bytes.len();
        bytes.extend(content);
        start..bytes.len()
    };
    let quote = part(scale(&bytes_of(&answer["quote"])));
    part(compact(events.len()));
    for event in &events {
        for number in ["imr", "event_type"] {
            let number = u32::try_from(event[number].as_u64().unwrap()).unwrap();
            part(number.to_le_bytes().into());
        }
        part(scale(&bytes_of(&event["digest"])));
        part(scale(event["event"].as_str().unwrap().as_bytes()));
        part(scale(&bytes_of(&event["event_payload"])));
    }
    let own: Vec<&Json> = events.iter().filter(|event| event["imr"] == 3).collect();
    let mut again = part(compact(own.len()));
    for event in own {
        part(scale(event["event"].as_str().unwrap().as_bytes()));
        again.end = part(scale(&bytes_of(&event["event_payload"]))).end;
    }
    part(bytes_of(&answer["report_data"]));
    let config = part(scale(text("vm_config").as_bytes()));
    Encoded { bytes, quote, again, config }
}

pub(crate) fn of(guest: &Guest) -> Encoded {
    encoded(&guest.answer())
}

/// The guest with the agent's answer to `Info` beside it.
pub(crate) fn informed(mut guest: Guest) -> Guest {
    let mut info: Json = serde_json::from_slice(&guest.answer()).unwrap();
    for member in ["quote", "event_log", "report_data", "vm_config"] {
        info.as_object_mut().unwrap().remove(member);
    }
    guest.info = Some(info);
    guest
}

fn full() -> Guest {
    informed(image::lite())
}

pub(crate) fn examined(guest: &Guest) -> Report {
    guest.examine_bytes(&of(guest).bytes).unwrap()
}

/// What a quote report does not need beside it is not repeated here.
pub(crate) const ROWS: &[Row<Guest>] = &[
    Row::new(full, "dcap.report-data", "fail disagree", |guest| {
        guest.last = |answer| answer["report_data"] = json!("09".repeat(64));
    }),
    Row::new(full, "eventlog.replay/rtmr1", "fail not-equal", |guest| {
        guest.last = |answer| {
            let text = answer["event_log"].as_str().unwrap();
            let mut log: Vec<Json> = serde_json::from_str(text).unwrap();
            let first = log.iter_mut().find(|event| event["imr"] == 1).unwrap();
            first["digest"] = json!("09".repeat(48));
            answer["event_log"] = json!(json!(log).to_string());
        };
    })
    .also(&[(
        "registry.compose-hash",
        "absent",
        "which file was started, nothing shows then",
    )]),
];

#[test]
fn every_form_of_the_bytes_says_what_the_quote_report_says_with_info_beside_it() {
    let guest = full();
    let expected = findings(&image::lite().examine());
    let bytes = of(&guest).bytes;
    let (hex, base64) = (hex::encode(&bytes), STANDARD.encode(&bytes));
    let forms = [
        bytes.clone(),
        hex.clone().into_bytes(),
        base64.clone().into_bytes(),
        json!({"attestation": hex}).to_string().into_bytes(),
        json!({"attestation": base64}).to_string().into_bytes(),
    ];
    for form in forms {
        assert_eq!(
            default_policy(&[silicon_to_source::File::new("a", form.as_slice())]).unwrap().name,
            "tdx-dstack"
        );
        let report = guest.examine_bytes(&form).unwrap();
        assert_eq!(report.subject.kind, "dstack-tdx-attestation");
        assert_eq!(findings(&report), expected);
        assert_eq!(report.verdict.state, State::Verified);
    }
}

#[test]
fn what_an_attestation_does_not_hold_is_unknown() {
    let whole = findings(&examined(&full()));
    let alone = findings(&examined(&image::lite()));
    let gone: Vec<&str> = whole
        .iter()
        .filter(|(name, outcome)| alone.get(*name) != Some(outcome))
        .map(|(name, _)| name.split('/').next().unwrap())
        .collect();
    for (check, outcome) in [
        ("dstack.tcb-info", "unknown not-published"),
        ("dstack.ids", "unknown not-published"),
        ("dstack.compose-hash", "unknown not-fetched"),
    ] {
        assert!(gone.contains(&check), "{check}");
        assert_eq!(alone[check], outcome, "{check}");
    }
    for (name, outcome) in &alone {
        let check = name.split('/').next().unwrap();
        if gone.contains(&check) {
            assert!(outcome.starts_with("unknown") || outcome.starts_with("blocked"), "{name}");
        }
    }
}

/// As for a certificate: only dstack's own register is replayed then.
#[test]
fn log_cut_down_to_dstacks_own_events_is_replayed_to_their_register() {
    let mut guest = full();
    guest.last = |answer| {
        let text = answer["event_log"].as_str().unwrap();
        let mut log: Vec<Json> = serde_json::from_str(text).unwrap();
        log.retain(|event| event["imr"] == 3);
        for event in &mut log {
            event["digest"] = json!("");
        }
        answer["event_log"] = json!(json!(log).to_string());
    };
    let found = findings(&examined(&guest));
    assert_eq!(found["eventlog.replay/rtmr3"], "pass");
    assert_eq!(found["dstack.compose-hash"], "pass");
    for register in ["rtmr0", "rtmr1", "rtmr2"] {
        assert!(!found.contains_key(&format!("eventlog.replay/{register}")));
    }
}

#[test]
fn attestation_of_a_real_guest_says_what_its_quote_report_says() {
    for name in ["quote-report.json", "tdx-lite-getquote.json"] {
        let Some(answer) = read(name) else { return };
        let report = real(&encoded(&answer).bytes);
        assert_eq!(report.subject.kind, "dstack-tdx-attestation");
        assert_eq!(findings(&report), findings(&real(&answer)), "{name}");
        assert_eq!(findings(&report)["dcap.quote.signature"], "pass");
    }
}

/// Numbers of MessagePack: a map of three is 83, text of seven bytes a7, of eight a8.
#[test]
fn form_that_is_not_read_is_named_wherever_it_stands() {
    let refused = |input: &[u8]| {
        let error = examine(input, &[], None, UnixTime(0)).unwrap_err();
        (error.code(), error.to_string())
    };
    let quote = guest().measured().quote_bytes();
    let document = [&[0x84, 0x44, 0xa1, 1, 0x38, 0x22, 0xa0][..], &[7; 300]].concat();
    for (bytes, name) in [
        (
            b"\x83\xa7version\x01\xa8platform\x82\xa4kind\xa3new".to_vec(),
            "version 1 (MessagePack), of an unknown machine",
        ),
        (b"\x83\xa7version\x02\xa8platform\x82".to_vec(), "version 2 (MessagePack)"),
        ([vec![0, 1], scale(&quote), vec![0; 80]].concat(), "a TDX guest on Google Cloud"),
        ([vec![0, 4], scale(&document), vec![0; 80]].concat(), "a NitroTPM"),
    ] {
        for input in [
            bytes.clone(),
            hex::encode(&bytes).into_bytes(),
            STANDARD.encode(&bytes).into_bytes(),
            json!({"attestation": hex::encode(&bytes)}).to_string().into_bytes(),
        ] {
            let (code, words) = refused(&input);
            assert_eq!(code, "unsupported", "{words}");
            assert!(words.contains(name) && words.contains("dstack attestation"), "{words}");
        }
        let words = super::certificate::refused_attestation(&bytes);
        assert!(words.contains(name), "{words}");
    }
    for (bytes, name) in [
        (&[0, 1, 0, 0][..], "a TDX guest on Google Cloud"),
        (&[0, 2, 0, 0], "a Nitro enclave"),
        (&[0, 9, 0, 0], "variant 9"),
    ] {
        let (code, words) =
            refused(json!({"attestation": hex::encode(bytes)}).to_string().as_bytes());
        assert_eq!(code, "unsupported", "{words}");
        assert!(words.contains(name), "{words}");
        assert!(refused(bytes).1.contains("unknown kind"), "four bytes alone can be anything");
    }
    for (variant, what) in [(0, "dstack attestation"), (3, "dstack attestation")] {
        let input = json!({"attestation": hex::encode([0, variant, 1])}).to_string();
        let (code, words) = refused(input.as_bytes());
        assert_eq!(code, "malformed", "{words}");
        assert!(words.contains(what), "{words}");
    }
    assert!(refused(b"\x83\xa7version\x01\xa4kind").1.contains("unknown kind"));
}

/// The certificates of the first PEM text in `bytes`.
fn certificates(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    const BEGIN: &[u8] = b"-----BEGIN";
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let start = bytes.windows(BEGIN.len()).position(|window| window == BEGIN)?;
    let end = bytes.windows(END.len()).rposition(|window| window == END)? + END.len();
    let blocks: Result<Vec<Pem>, _> = Pem::iter_from_buffer(bytes.get(start..end)?).collect();
    Some(blocks.ok()?.into_iter().map(|block| block.contents).collect())
}

/// The members of `vm_config` that are read, the rest being the host's notes; absent and null are
/// the same.
fn read_of_config(text: &[u8]) -> Option<Vec<Json>> {
    const READ: [&str; 5] =
        ["os_image_hash", "memory_size", "tdx_measurement", "sev_snp_measurement", "mr_config"];
    let config: Json = serde_json::from_slice(text).ok()?;
    Some(READ.iter().map(|member| config[member].clone()).collect())
}

/// A changed name takes a member away, and what it was for is unknown then.
fn assert_less(before: &Report, after: &Report, change: &Change) {
    for (name, outcome) in findings(after) {
        let same = findings(before).get(&name) == Some(&outcome);
        assert!(same || outcome.starts_with("unknown"), "{change:x?}: {name} {outcome}");
    }
    assert!(after.claims.iter().all(|claim| before.claims.contains(claim)), "{change:x?}");
    assert!(after.assurance.level <= before.assurance.level, "{change:x?}");
}

/// Nothing that a change leaves standing says anything else than before.
fn assert_same(before: &Report, after: &Report, change: &Change) {
    assert_eq!(findings(before), findings(after), "{change:x?}");
    assert_eq!(before.claims, after.claims, "{change:x?}");
    assert_eq!(before.assurance.level, after.assurance.level, "{change:x?}");
}

/// The quote's own bytes have their own sweep; here one in thirteen of them changes.
fn sparse(changes: Vec<Change>, signed: &Range<usize>) -> Vec<Change> {
    let is_own = |change: &Change| !signed.contains(&change.at) || change.at.is_multiple_of(13);
    changes.into_iter().filter(is_own).collect()
}

#[test]
fn changed_or_cut_tdx_attestation_holds_only_with_what_nobody_reads() {
    let guest = informed(third());
    let whole = of(&guest);
    let input = &whole.bytes;
    let every = sparse(changes(input, 1), &(whole.quote.start + 4..whole.quote.end));
    let examiner = guest.examiner();
    let before = examiner(input).unwrap();
    let kept = survivors(input, &every, &examiner);
    let (mut again, mut config, mut gone, mut pem) = (0, 0, 0, 0);
    for (change, report) in &kept {
        let mut changed = input.clone();
        changed[change.at] = change.value;
        if whole.again.contains(&change.at) {
            again += 1;
        } else if whole.config.contains(&change.at) {
            let text = whole.config.start + 4..whole.config.end;
            let [now, then] = [&changed, input].map(|bytes| read_of_config(&bytes[text.clone()]));
            if now != then {
                // What cannot be read is as good as none, and is said.
                assert!(now.is_none_or(|now| now.iter().all(Json::is_null)), "{change:x?}");
                assert_less(&before, report, change);
                gone += 1;
                continue;
            }
            config += 1;
        } else {
            assert!(whole.quote.contains(&change.at), "{change:x?}");
            assert_eq!(certificates(&changed), certificates(input), "{change:x?}");
            pem += 1;
        }
        assert_same(&before, report, change);
    }
    println!(
        "{} bytes, {} changes; of no effect: {again} in the events that stand there twice, \
         {config} in vm_config, {pem} in the spelling of PEM; {gone} take the document away",
        input.len(),
        every.len()
    );
    assert!(again > 0 && config > 0 && gone > 0);
    cuts(input, &examiner);
}

#[test]
fn changed_or_cut_sev_snp_attestation_holds_only_with_what_nobody_reads() {
    let mut machine = machine();
    machine.vm = json!({"cpu_count": 2}).to_string();
    let input = &machine.attestation();
    let report = 4..4 + 1184;
    // No certificates; then the document.
    let document = report.end + 4..report.end + 8 + machine.document.len();
    // Its count, one event without a payload.
    let events = document.end..document.end + 4 + 4 + "system-ready".len() + 4;
    let config = events.end + 64..input.len();
    assert_eq!(config.len(), 4 + machine.vm.len());
    let every = sparse(changes(input, 1), &report);
    let examiner = machine.examiner();
    let before = examiner(input).unwrap();
    let kept = survivors(input, &every, &examiner);
    for (change, report) in &kept {
        let mut changed = input.clone();
        changed[change.at] = change.value;
        let text = config.start + 4..config.end;
        let read = config.contains(&change.at).then(|| read_of_config(&changed[text.clone()]));
        if read == Some(None) {
            // What cannot be read is as good as none, and is said.
            assert_less(&before, report, change);
            continue;
        }
        let is_text = read.is_some_and(|read| read == read_of_config(&input[text]));
        assert!(is_text || events.contains(&change.at), "{change:x?}");
        assert_same(&before, report, change);
    }
    println!("{} bytes, {} changes, {} of no effect", input.len(), every.len(), kept.len());
    assert!(!kept.is_empty());
    cuts(input, &examiner);
}
