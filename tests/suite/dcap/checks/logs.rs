//! Event logs beside a quote.

use super::row;
use crate::common::dcap::Case;
use crate::common::eventlog::{Firmware, ccel, cel, dstack, extended, sha384};
use crate::common::table::Row;

const IPL: u32 = 0xd;
const SEPARATOR: u32 = 4;
const ACTION: u32 = 0x8000_0007;
const LINE: &[u8] = b"kernel_cmdline: /vmlinuz console=none\0";

/// Two events in RTMR1 and two in RTMR2.
fn events() -> Vec<Firmware<'static>> {
    vec![
        Firmware::of_data(2, ACTION, b"Calling EFI Application from Boot Option"),
        Firmware { index: 3, kind: IPL, digest: sha384(b"the kernel"), data: b"/vmlinuz\0" },
        Firmware { index: 3, kind: IPL, digest: sha384(&LINE[16..LINE.len() - 1]), data: LINE },
        Firmware::of_data(2, SEPARATOR, &[0; 4]),
    ]
}

/// A quote with these events' log, to whose registers they extend.
fn measured(case: &mut Case, events: &[Firmware<'_>]) {
    for index in 1..=3 {
        let own = events.iter().filter(|event| event.index == index);
        case.quote.td().rtmr[index as usize - 1] = extended(own.map(|event| &event.digest[..]));
    }
    case.logs = vec![ccel(events)];
}

fn firmware() -> Case {
    let mut case = Case::td();
    measured(&mut case, &events());
    case
}

const LAUNCH: &[(u8, &[u8])] =
    &[(0, b"registry.example/image:latest"), (1, b"sha256:0101"), (8, b"")];

fn launched(case: &mut Case, items: &[(u8, &[u8])]) {
    let (log, register) = cel(items);
    case.quote.td().rtmr[3] = register;
    case.logs = vec![log];
}

fn launch() -> Case {
    let mut case = Case::td();
    launched(&mut case, LAUNCH);
    case
}

const BOOT: &[(&str, &[u8])] = &[
    ("system-preparing", b""),
    ("app-id", &[1; 20]),
    ("compose-hash", &[2; 32]),
    ("system-ready", b""),
];

fn app_of(case: &mut Case, events: &[(&str, &[u8])]) {
    let (log, register) = dstack(events);
    case.quote.td().rtmr = [[0; 48], [0; 48], [0; 48], register];
    case.logs = vec![log.into_bytes()];
}

fn app() -> Case {
    let mut case = Case::td();
    app_of(&mut case, BOOT);
    case
}

/// Puts `new` where `old` stands in the first log, once.
fn replace(case: &mut Case, old: &[u8], new: &[u8]) {
    let log = &mut case.logs[0];
    let at = log.windows(old.len()).position(|window| window == old).unwrap();
    log[at..at + old.len()].copy_from_slice(new);
}

const ALSO_UNFIT: &str = "the register is not that of the changed event";

pub(crate) const ROWS: &[Row<Case>] = &[
    row("eventlog.replay/rtmr1", "fail not-equal", |case| case.quote.td().rtmr[1] = [9; 48])
        .on(firmware),
    row("eventlog.replay/rtmr2", "fail extra-events", |case| {
        let mut more = events();
        more.push(Firmware::of_data(3, SEPARATOR, &[0; 4]));
        case.logs = vec![ccel(&more)];
    })
    .on(firmware),
    row("eventlog.replay/rtmr3", "fail not-equal", |case| case.quote.td().rtmr[3][0] ^= 1)
        .on(launch),
    row("eventlog.digests/event-3", "fail not-equal", |case| {
        replace(case, &[4, 0, 0, 0, 0, 0, 0, 0], &[4, 0, 0, 0, 1, 0, 0, 0]);
    })
    .on(firmware),
    row("eventlog.digests/event-2", "fail not-equal", |case| {
        replace(case, b"020202", b"030202");
    })
    .on(app)
    .also(&[("eventlog.replay/rtmr3", "fail event-changed", ALSO_UNFIT)]),
    row("eventlog.launch", "fail failed-launch", |case| {
        launched(case, &[LAUNCH[0], LAUNCH[1], (8, b"error")]);
    })
    .on(launch),
    row("eventlog.launch", "unknown not-supported", |case| launched(case, &LAUNCH[..2])).on(launch),
    row("eventlog.launch", "unknown not-supported", |case| app_of(case, &BOOT[..3])).on(app),
    row("eventlog.names", "fail duplicate", |case| {
        launched(case, &[LAUNCH[0], LAUNCH[1], LAUNCH[1], LAUNCH[2]]);
    })
    .on(launch),
    row("eventlog.names", "fail after-launch", |case| {
        app_of(case, &[BOOT[0], BOOT[1], BOOT[3], ("os-image-hash", &[3; 32])]);
    })
    .on(app),
    row("eventlog.coverage", "warn not-replayed", |case| {
        let mut more = events();
        more.push(Firmware::of_data(4, SEPARATOR, &[0; 4]));
        case.logs = vec![ccel(&more)];
    })
    .on(firmware),
];
