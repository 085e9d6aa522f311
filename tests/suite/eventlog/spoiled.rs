//! Small event logs with every part spoiled.

use std::collections::BTreeMap;

use silicon_to_source::digest::Sha384;
use silicon_to_source::error::Error;
use silicon_to_source::finding::{Examined, Finding, Outcome, Why};
use silicon_to_source::formats::eventlog;
use silicon_to_source::formats::eventlog::parse::tcg::EventType;
use silicon_to_source::formats::eventlog::parse::{cel as canonical, dstack as app};
use silicon_to_source::formats::eventlog::verify::{Registers, Standing, VerifiedLog};

use crate::common::eventlog::{
    Firmware, ccel, ccel_header, cel, dstack, extended, failed, find, rtmr3, sha384, statement,
    statements,
};

const IPL: u32 = 0xd;
const SEPARATOR: u32 = 4;
const ACTION: u32 = 0x8000_0007;
const LINE: &[u8] = b"kernel_cmdline: /vmlinuz console=none\0";

/// Two events in RTMR1 and two in RTMR2.
fn small() -> Vec<Firmware<'static>> {
    vec![
        Firmware::of_data(2, ACTION, b"Calling EFI Application from Boot Option"),
        Firmware { index: 3, kind: IPL, digest: sha384(b"the kernel"), data: b"/vmlinuz\0" },
        Firmware { index: 3, kind: IPL, digest: sha384(&LINE[16..LINE.len() - 1]), data: LINE },
        Firmware::of_data(2, SEPARATOR, &[0; 4]),
    ]
}

fn registers_of(events: &[Firmware<'_>]) -> Registers {
    let of = |index| {
        let own = events.iter().filter(move |event| event.index == index && event.kind != 3);
        Sha384(extended(own.map(|event| &event.digest[..])))
    };
    Registers::Rtmr((0..3).map(|number| (number, of(u32::from(number) + 1))).collect())
}

fn examine(log: &[u8], registers: &Registers) -> Result<Examined<VerifiedLog>, Error> {
    Ok(eventlog::verify::tcg(&eventlog::parse::tcg::Log::parse(log)?, registers))
}

#[test]
fn small_log_holds_and_says_what_booted() {
    let events = small();
    let examined = examine(&ccel(&events), &registers_of(&events)).unwrap();
    let verified = examined.verified.expect("the log holds");
    assert_eq!(statement(&verified, "boot.command-line"), "/vmlinuz console=none");
    assert_eq!(statement(&verified, "boot.kernel"), hex::encode(sha384(b"the kernel")));
    let standings: Vec<_> = verified.events().iter().map(|event| event.standing).collect();
    assert_eq!(standings[0], Standing::Data);
    assert_eq!(standings[1], Standing::Digest);
    assert!(matches!(standings[2], Standing::Part(span) if (span.start, span.len) == (16, 21)));
}

#[test]
fn event_that_is_missing_added_or_moved_fails_its_register_only() {
    let registers = registers_of(&small());
    let mut shorter = small();
    shorter.remove(1);
    let examined = examine(&ccel(&shorter), &registers).unwrap();
    assert_eq!(failed(&examined, "eventlog.replay/rtmr2"), "not-equal");
    assert!(find(&examined, "eventlog.replay/rtmr1").passed());

    let mut longer = small();
    longer.push(Firmware::of_data(3, ACTION, b"one more"));
    let log = ccel(&longer);
    let examined = examine(&log, &registers).unwrap();
    assert_eq!(failed(&examined, "eventlog.replay/rtmr2"), "extra-events");
    let at = find(&examined, "eventlog.replay/rtmr2").at.clone().unwrap();
    assert_eq!(at.span.end(), log.len(), "the last event is the one too many");

    let mut moved = small();
    moved.swap(1, 2);
    let examined = examine(&ccel(&moved), &registers).unwrap();
    assert_eq!(failed(&examined, "eventlog.replay/rtmr2"), "not-equal");
}

#[test]
fn event_of_a_register_that_is_not_compared_counts_for_nothing() {
    let mut events = small();
    events[2].index = 4;
    let examined = examine(&ccel(&events), &registers_of(&events)).unwrap();
    let coverage = find(&examined, "eventlog.coverage");
    assert_eq!(coverage.outcome, Finding::warn(coverage.check, "not-replayed").outcome);
    let verified = examined.verified.expect("what is compared holds");
    assert_eq!(verified.events()[2].standing, Standing::NotReplayed);
    assert!(statements(&verified, "boot.command-line").is_empty());
}

#[test]
fn words_of_the_firmware_are_heard_in_its_register_only() {
    // SecureBoot of EFI_GLOBAL_VARIABLE with the value 1, as UEFI_VARIABLE_DATA.
    let mut variable = hex::decode("61dfe48bca93d211aa0d00e098032b8c").unwrap();
    variable.extend([10_u64.to_le_bytes(), 1_u64.to_le_bytes()].concat());
    variable.extend("SecureBoot".bytes().flat_map(|letter| [letter, 0]));
    variable.push(1);
    for (index, first, heard) in [(1, &[1][..], 1), (1, &[0; 4], 0), (2, &[1], 0), (3, &[1], 0)] {
        // The log may call a separator by another name: its digest is known.
        let first = Firmware::of_data(index, IPL, first);
        let events = [first, Firmware::of_data(index, 0x8000_0001, &variable)];
        let examined = examine(&ccel(&events), &registers_of(&events)).unwrap();
        let verified = examined.verified.expect("the log holds");
        let said = statements(&verified, "boot.secure-boot");
        assert_eq!(said.len(), heard, "index {index}");
        assert!(said.iter().all(|(value, ..)| value == "on"));
    }
    let line =
        Firmware { index: 1, kind: IPL, digest: sha384(&LINE[16..LINE.len() - 1]), data: LINE };
    let events = [line];
    let examined = examine(&ccel(&events), &registers_of(&events)).unwrap();
    assert!(examined.verified.expect("the log holds").statements().is_empty());
}

#[test]
fn startup_locality_is_where_pcr0_begins_and_pcrs_that_reset_are_left_open() {
    let action = Firmware::of_data(0, ACTION, b"start");
    let digest = action.digest;
    let locality = Firmware { index: 0, kind: 3, digest: [0; 48], data: b"StartupLocality\0\x03" };
    let mut start = [0; 48];
    start[47] = 3;
    let begun = Sha384(sha384(&[&start[..], &digest].concat()));
    let plain = Sha384(extended([&digest[..]]));
    let pcr = |number, value| Registers::PcrSha384(BTreeMap::from([(number, value)]));

    let log = ccel(&[locality, action]);
    assert!(examine(&log, &pcr(0, begun)).unwrap().verified.is_some());
    assert_eq!(
        failed(&examine(&log, &pcr(0, plain)).unwrap(), "eventlog.replay/pcr0"),
        "not-equal"
    );
    // Named too late, it changes nothing.
    let action = Firmware::of_data(0, ACTION, b"start");
    let locality = Firmware { index: 0, kind: 3, digest: [0; 48], data: b"StartupLocality\0\x03" };
    let log = ccel(&[action, locality]);
    assert!(examine(&log, &pcr(0, plain)).unwrap().verified.is_some());

    let action = Firmware::of_data(16, ACTION, b"start");
    let examined = examine(&ccel(&[action]), &pcr(16, plain)).unwrap();
    let outcome = find(&examined, "eventlog.replay/pcr16").outcome;
    assert_eq!(outcome, Outcome::Unknown(Why::NotSupported));
    assert!(examined.verified.is_none());
}

#[test]
fn bytes_that_nothing_confirms_are_these_and_no_others() {
    let events = small();
    let (log, registers) = (ccel(&events), registers_of(&events));
    let parsed = eventlog::parse::tcg::Log::parse(&log).unwrap();
    let header = ccel_header().len();
    let mut kept = BTreeMap::<&str, usize>::new();
    for place in 0..log.len() {
        for bit in 0..8 {
            let mut log = log.clone();
            log[place] ^= 1 << bit;
            let held = examine(&log, &registers).is_ok_and(|log| log.verified.is_some());
            if !held {
                continue;
            }
            let within = |event: &&eventlog::parse::tcg::Event<'_>| {
                (event.span.start..event.span.end()).contains(&place)
            };
            let class = match parsed.events.iter().find(within) {
                None if place < 4 => "register of the first event",
                None if place < header => "version of the first event",
                Some(event) if (4..8).contains(&(place - event.span.start)) => "type",
                Some(event) if event.kind == EventType::IPL && place >= event.data_span.start => {
                    "data of an IPL event that is not a GRUB text, or its prefix"
                }
                _ => panic!("byte {place}, bit {bit} was changed and the log still holds"),
            };
            *kept.entry(class).or_default() += 1;
        }
    }
    assert_eq!(
        kept.keys().copied().collect::<Vec<_>>(),
        [
            "data of an IPL event that is not a GRUB text, or its prefix",
            "register of the first event",
            "type",
            "version of the first event"
        ]
    );
    // No change of a GRUB text keeps the statement with another value.
    let start = parsed.events[2].data_span.start;
    for place in start..start + LINE.len() {
        let mut log = log.clone();
        log[place] ^= 1;
        let Some(verified) = examine(&log, &registers).unwrap().verified else { continue };
        assert!(statements(&verified, "boot.command-line").is_empty(), "byte {place}");
    }
}

#[test]
fn log_cut_anywhere_is_an_error_or_holds_no_more_for_the_registers_that_it_lost() {
    let events = small();
    let (log, registers) = (ccel(&events), registers_of(&events));
    let whole = examine(&log, &registers).unwrap().verified.unwrap();
    for len in 0..log.len() {
        let Ok(examined) = examine(&log[..len], &registers) else { continue };
        let Some(held) = examined.verified else { continue };
        let untold = examined.findings.iter().filter(|finding| {
            finding.check == &eventlog::checks::EVENTLOG_COVERAGE
                && finding.outcome == Outcome::Unknown(Why::NotPublished)
        });
        let (untold, told) = (untold.count(), held.registers().len());
        assert!(untold > 0 && told > 0, "cut to {len} bytes");
        assert_eq!(untold + told, whole.registers().len(), "cut to {len} bytes");
        let lost = |event: &eventlog::verify::Event| {
            event.register.is_some_and(|own| held.registers().iter().all(|(r, _)| *r != own))
        };
        assert!(!held.events().iter().any(lost), "cut to {len} bytes");
    }
}

#[test]
fn padding_is_counted_and_other_bytes_after_the_log_are_refused() {
    let events = small();
    for fill in [0, 0xff] {
        let mut log = ccel(&events);
        log.extend([fill; 100]);
        assert_eq!(eventlog::parse::tcg::Log::parse(&log).unwrap().padding.len, 100);
        *log.last_mut().unwrap() = 0x55;
        assert!(eventlog::parse::tcg::Log::parse(&log).is_err());
    }
}

#[test]
fn limits_are_kept() {
    let mut log = ccel_header();
    log.resize((1 << 20) + 1, 0xff);
    assert!(matches!(eventlog::parse::tcg::Log::parse(&log), Err(Error::TooLarge { .. })));
    let many: Vec<_> = (0..10_001).map(|_| Firmware::of_data(1, ACTION, b"")).collect();
    assert!(matches!(eventlog::parse::tcg::Log::parse(&ccel(&many)), Err(Error::TooLarge { .. })));
    assert_eq!(
        eventlog::parse::tcg::Log::parse(&ccel(&many[..10_000])).unwrap().events.len(),
        10_000
    );
}

#[test]
fn first_event_of_another_form_is_refused() {
    let good = ccel_header();
    assert!(eventlog::parse::tcg::Log::parse(&good).is_ok());
    for (place, value, what) in [
        (4, 4, "another type"),
        (8, 1, "a digest"),
        (28, 0x22, "another length"),
        (46, b'0', "another signature"),
        (56, 0, "no algorithm"),
        (62, 32, "a digest of another length"),
    ] {
        let mut log = good.clone();
        assert_ne!(log[place], value);
        log[place] = value;
        assert!(eventlog::parse::tcg::Log::parse(&log).is_err(), "{what}");
    }
}

// Confidential Space.

const LAUNCH: &[(u8, &[u8])] = &[
    (0, b"registry.example/image:latest"),
    (1, b"sha256:0101"),
    (4, b"serve"),
    (5, b"MODE=strict"),
    (7, b"MODE=lax"),
    (9, &[0]),
    (8, b""),
];

fn canonical(log: &[u8], register: [u8; 48]) -> Result<Examined<VerifiedLog>, Error> {
    Ok(eventlog::verify::cel(&canonical::Log::parse(log)?, &rtmr3(register)))
}

#[test]
fn launch_log_states_the_container_and_stops_at_the_separator() {
    let after: &[(u8, &[u8])] = &[(1, b"sha256:forged"), (8, b"failed")];
    let (log, register) = cel(&[LAUNCH, after].concat());
    let examined = canonical(&log, register).unwrap();
    let verified = examined.verified.unwrap_or_else(|| panic!("{:?}", examined.findings));
    assert_eq!(statement(&verified, "container.image-digest"), "sha256:0101");
    assert_eq!(statement(&verified, "container.environment-override"), "MODE=lax");
    assert_eq!(statement(&verified, "container.memory-monitor"), "off");
    assert_eq!(verified.events()[7].standing, Standing::Workload);
}

#[test]
fn failed_unfinished_and_repeated_launches_state_nothing() {
    let mut items = LAUNCH.to_vec();
    items[6].1 = b"error";
    let (log, register) = cel(&items);
    let examined = canonical(&log, register).unwrap();
    assert_eq!(failed(&examined, "eventlog.launch"), "failed-launch");

    let (log, register) = cel(&LAUNCH[..6]);
    let examined = canonical(&log, register).unwrap();
    assert!(examined.verified.is_none());
    assert_eq!(
        find(&examined, "eventlog.launch").outcome,
        Outcome::Unknown(Why::NotSupported),
        "without the mark"
    );

    for (extra, reason) in
        [((1, &b"sha256:02"[..]), "duplicate"), ((12, &b"new"[..]), "unsupported")]
    {
        let mut items = LAUNCH.to_vec();
        items.insert(3, extra);
        let (log, register) = cel(&items);
        assert_eq!(failed(&canonical(&log, register).unwrap(), "eventlog.names"), reason);
    }
}

#[test]
fn every_changed_byte_of_a_launch_log_is_noticed() {
    let (log, register) = cel(LAUNCH);
    assert!(canonical(&log, register).unwrap().verified.is_some());
    for place in 0..log.len() {
        for bit in 0..8 {
            let mut log = log.clone();
            log[place] ^= 1 << bit;
            let held = canonical(&log, register).is_ok_and(|log| log.verified.is_some());
            assert!(!held, "byte {place}, bit {bit}");
        }
        let held = canonical(&log[..place], register).is_ok_and(|log| log.verified.is_some());
        assert!(!held, "cut to {place} bytes");
    }
}

#[test]
fn launch_log_in_another_register_states_nothing() {
    let (mut log, register) = cel(LAUNCH);
    // The register of each record: type 108, length 1, index.
    let marks: Vec<_> =
        log.windows(6).enumerate().filter(|(_, w)| *w == [108, 0, 0, 0, 1, 4]).collect();
    let places: Vec<_> = marks.into_iter().map(|(place, _)| place + 5).collect();
    assert_eq!(places.len(), LAUNCH.len());
    for place in places {
        log[place] = 3;
    }
    let parsed = canonical::Log::parse(&log).unwrap();
    let registers = Registers::Rtmr(BTreeMap::from([(2, Sha384(register))]));
    let examined = eventlog::verify::cel(&parsed, &registers);
    assert!(find(&examined, "eventlog.replay/rtmr2").passed());
    assert!(examined.verified.is_none(), "RTMR2 is not the launcher's");
}

// dstack.

const BOOT: &[(&str, &[u8])] = &[
    ("system-preparing", b""),
    ("app-id", &[1; 20]),
    ("compose-hash", &[2; 32]),
    ("key-provider", br#"{"name":"kms","id":"00"}"#),
    ("system-ready", b""),
    ("mine", b"anything"),
];

fn app(log: &str, register: [u8; 48]) -> Result<Examined<VerifiedLog>, Error> {
    Ok(eventlog::verify::dstack(&app::Log::parse(log.as_bytes())?, &rtmr3(register)))
}

#[test]
fn dstack_boot_states_its_app_and_the_app_states_nothing() {
    let (log, register) = dstack(BOOT);
    let verified = app(&log, register).unwrap().verified.expect("the log holds");
    assert_eq!(statement(&verified, "dstack.compose-hash"), "02".repeat(32));
    assert_eq!(verified.statements().len(), 3);
    assert_eq!(verified.events()[5].standing, Standing::Workload);
}

#[test]
fn dstack_names_of_the_launch_are_used_once_and_in_time() {
    for (place, extra, reason) in [
        (3, ("compose-hash", &[3; 32][..]), "duplicate"),
        (6, ("compose-hash", &[3; 32][..]), "duplicate"),
        (6, ("system-ready", &b""[..]), "duplicate"),
        (6, ("os-image-hash", &[3; 32][..]), "after-launch"),
        (6, ("init-script-hash", &[3; 32][..]), "after-launch"),
        (2, ("a:b", &b""[..]), "unsupported"),
    ] {
        let mut events = BOOT.to_vec();
        events.insert(place, extra);
        let (log, register) = dstack(&events);
        let examined = app(&log, register).unwrap();
        assert!(find(&examined, "eventlog.replay/rtmr3").passed());
        assert_eq!(failed(&examined, "eventlog.names"), reason, "{extra:?}");
    }
    let (log, register) = dstack(&BOOT[..4]);
    let examined = app(&log, register).unwrap();
    assert!(examined.verified.is_none(), "before system-ready");
    assert_eq!(find(&examined, "eventlog.launch").outcome, Outcome::Unknown(Why::NotSupported));
}

#[test]
fn dstack_digests_are_made_anew_whatever_the_log_states() {
    let (log, register) = dstack(BOOT);
    let forged = log.replace(&"02".repeat(32), &"03".repeat(32));
    let examined = app(&forged, register).unwrap();
    assert_eq!(failed(&examined, "eventlog.replay/rtmr3"), "event-changed");
    assert_eq!(failed(&examined, "eventlog.digests/event-2"), "not-equal");
    let at = find(&examined, "eventlog.replay/rtmr3").at.clone().unwrap();
    let named = at.span.of(forged.as_bytes()).unwrap();
    assert!(named.starts_with(b"{\"imr\":3") && named.ends_with(b"}"));

    // Without the stated digests: the honest log holds, the forged one does not.
    let strip = |log: &str| {
        let mut json: serde_json::Value = serde_json::from_str(log).unwrap();
        for event in json.as_array_mut().unwrap() {
            event["digest"] = "".into();
        }
        json.to_string()
    };
    assert!(app(&strip(&log), register).unwrap().verified.is_some());
    let examined = app(&strip(&forged), register).unwrap();
    assert_eq!(failed(&examined, "eventlog.replay/rtmr3"), "not-equal");
}

#[test]
fn dstack_version_2_digests_are_of_canonical_json() {
    let events: Vec<_> = BOOT
        .iter()
        .map(|(name, payload)| {
            let payload = hex::encode(payload);
            let preimage = format!(r#"{{"name":"{name}","payload":"{payload}","type":134217729}}"#);
            (name, payload, preimage)
        })
        .collect();
    let digests: Vec<_> =
        events.iter().map(|(_, _, preimage)| sha384(preimage.as_bytes())).collect();
    let register = extended(digests.iter().map(|digest| &digest[..]));
    let write = |change: &dyn Fn(&str) -> String| {
        let events: Vec<_> = events
            .iter()
            .map(|(name, payload, preimage)| {
                serde_json::json!({"imr": 3, "event_type": 134_217_729, "digest": "",
                    "event": name, "event_payload": payload, "version": 2,
                    "preimage": hex::encode(change(preimage))})
            })
            .collect();
        serde_json::Value::from(events).to_string()
    };
    let log = write(&|preimage| preimage.to_owned());
    let examined = app(&log, register).unwrap();
    assert!(examined.verified.is_some(), "{:?}", examined.findings);

    let spaced = write(&|preimage| preimage.replace(':', ": "));
    let examined = app(&spaced, register).unwrap();
    assert_eq!(failed(&examined, "eventlog.digests/preimage"), "preimage");
    let without = log.replace("\"preimage\"", "\"other\"");
    assert!(app(&without, register).unwrap().verified.is_some(), "name and payload make it");
    let third = log.replace("\"version\":2", "\"version\":3");
    assert!(matches!(app(&third, register), Err(Error::Unsupported { .. })));
}

#[test]
fn changed_dstack_logs_keep_their_statements_or_do_not_hold() {
    let (log, register) = dstack(BOOT);
    let honest = app(&log, register).unwrap().verified.unwrap();
    let mut held = 0;
    for place in 0..log.len() {
        for bit in 0..7 {
            let mut bytes = log.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let Ok(log) = app::Log::parse(&bytes) else { continue };
            let Some(verified) = eventlog::verify::dstack(&log, &rtmr3(register)).verified else {
                continue;
            };
            // Hex of the other case, and spelling of members that may be left out.
            held += 1;
            assert_eq!(verified.statements(), honest.statements(), "byte {place}, bit {bit}");
        }
        assert!(app(&log[..place], register).is_err(), "cut to {place} bytes");
    }
    assert!(held > 0, "hex of the other case is the same bytes");
}

#[test]
fn dstack_events_of_another_type_or_register_are_refused() {
    let (log, register) = dstack(BOOT);
    let other = log.replacen("134217729", "13", 1);
    assert_eq!(failed(&app(&other, register).unwrap(), "eventlog.names"), "unsupported");
    let twice = log.replacen("\"imr\":3", "\"imr\":3,\"imr\":3", 1);
    assert!(app(&twice, register).is_err(), "a member twice");
    assert!(app(&log.replacen("\"imr\":3", "\"imr\":4", 1), register).is_err(), "RTMR4");
    let (missing, _) = dstack(&BOOT[..1]);
    let firmware = missing.replacen("\"imr\":3", "\"imr\":0", 1);
    let log = app::Log::parse(firmware.as_bytes()).unwrap();
    let registers = Registers::Rtmr(BTreeMap::from([(0, Sha384([0; 48]))]));
    assert!(eventlog::verify::dstack(&log, &registers).verified.is_none());
}
