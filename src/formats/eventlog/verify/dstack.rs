//! Logs of dstack: its own words end at `system-ready`.

use super::replay::{self, Extends, Step};
use super::{
    EVENT_LOG, Event, OF_LAUNCH, Registers, Standing, Statement, VerifiedLog, conclude, meaning,
    tcg,
};
use crate::crypto::Hash;
use crate::finding::{Examined, Finding, Value, Why};
use crate::formats::eventlog::checks;
use crate::formats::eventlog::parse::Register;
use crate::formats::eventlog::parse::dstack::{self, Log, RUNTIME_EVENT, Version};
use crate::hex;

/// The register that dstack extends.
const RUNTIME: Register = Register::Rtmr(3);
const READY: &str = "system-ready";

/// What dstack writes before the application starts, each once (dstack, `dstack-util`), and the
/// name of what it states.
const RESERVED: [(&str, Option<&str>); 10] = [
    ("system-preparing", None),
    ("app-id", Some("dstack.app-id")),
    ("compose-hash", Some("dstack.compose-hash")),
    ("gpu-policy-hash", Some("dstack.gpu-policy-hash")),
    ("instance-id", Some("dstack.instance-id")),
    ("boot-mr-done", None),
    ("os-image-hash", Some("dstack.os-image-hash")),
    ("key-provider", Some("dstack.key-provider")),
    ("storage-fs", Some("dstack.storage-fs")),
    (READY, None),
];
/// What dstack writes before the application starts, any number of times.
const REPEATED: (&str, &str) = ("init-script-hash", "dstack.init-script-hash");
/// Statements whose payload is text; the others are bytes.
const TEXTS: [&str; 2] = ["dstack.key-provider", "dstack.storage-fs"];

pub(super) fn examine(log: &Log<'_>, registers: &Registers) -> Examined<VerifiedLog> {
    let steps: Vec<Step> = log.events.iter().map(step).collect();
    let ready = log.events.iter().position(|event| is_runtime(event) && event.name == READY);
    let (registers, untold) = replay::told(registers, &steps, 0);
    let registers = &registers;
    let mut findings = replay::examine(EVENT_LOG, registers, &steps, 0);
    findings.extend(untold);
    if let Some(finding) = preimages(log) {
        findings.push(finding);
    }
    findings.push(match ready {
        Some(_) if registers.contains(RUNTIME) => Finding::pass(&checks::EVENTLOG_LAUNCH),
        _ => Finding::unknown(&checks::EVENTLOG_LAUNCH, Why::NotSupported),
    });
    findings.push(names(log, ready));

    let events: Vec<Event> = log
        .events
        .iter()
        .zip(&steps)
        .enumerate()
        .map(|(index, (event, step))| Event {
            span: event.span,
            register: step.register,
            kind: if is_runtime(event) {
                event.name.clone()
            } else {
                event.kind.name().into_owned()
            },
            meaning: describe(event),
            digest: step.digest().unwrap_or_default().to_vec(),
            standing: match step.standing(registers) {
                Standing::Data if is_runtime(event) && ready.is_some_and(|end| index > end) => {
                    Standing::Workload
                }
                standing => standing,
            },
        })
        .collect();
    let firmware: Vec<_> =
        log.events.iter().map(|event| (event.kind, event.payload.as_slice())).collect();
    let mut statements = meaning::statements(&firmware, &events);
    statements.extend(own(log, ready, registers));
    conclude(&OF_LAUNCH, findings, registers, events, statements)
}

fn is_runtime(event: &dstack::Event) -> bool {
    event.rtmr == 3 && event.kind == RUNTIME_EVENT
}

fn step(event: &dstack::Event) -> Step {
    let stated = event.digest.map(|digest| digest.0.to_vec());
    let extends = if event.rtmr == 3 {
        let of_data = digest(event);
        match stated {
            Some(stated) if stated != of_data => {
                Extends::Differs { extended: of_data.clone(), stated, of_data }
            }
            _ => Extends::Digest { digest: of_data, shows: Standing::Data },
        }
    } else {
        match stated {
            None => Extends::Missing,
            Some(digest) if event.payload.is_empty() => {
                Extends::Digest { digest, shows: Standing::Digest }
            }
            Some(digest) => tcg::extends(event.kind, &event.payload, &digest, Hash::Sha384),
        }
    };
    Step { span: event.span, register: Some(Register::Rtmr(event.rtmr)), extends }
}

/// The digest of an event of dstack's, made from its name and payload.
fn digest(event: &dstack::Event) -> Vec<u8> {
    match event.version {
        Version::V1 => Hash::Sha384.digest(
            &[&event.kind.0.to_le_bytes()[..], b":", event.name.as_bytes(), b":", &event.payload]
                .concat(),
        ),
        Version::V2 { .. } => Hash::Sha384.digest(canonical(event).as_bytes()),
    }
}

/// RFC 8785 JSON of an event: members in order, no spaces.
fn canonical(event: &dstack::Event) -> String {
    format!(
        r#"{{"name":{},"payload":"{}","type":{}}}"#,
        serde_json::Value::from(event.name.as_str()),
        hex::encode(&event.payload),
        event.kind.0,
    )
}

/// The first event whose stated JSON is not its own.
fn preimages(log: &Log<'_>) -> Option<Finding> {
    let event = log.events.iter().find(|event| match &event.version {
        Version::V1 | Version::V2 { preimage: None } => false,
        Version::V2 { preimage: Some(stated) } => stated != canonical(event).as_bytes(),
    })?;
    Some(
        Finding::fail(&checks::EVENTLOG_DIGESTS, "preimage")
            .part("preimage")
            .expected(canonical(event))
            .within(EVENT_LOG, event.span),
    )
}

fn names(log: &Log<'_>, ready: Option<usize>) -> Finding {
    let check = &checks::EVENTLOG_NAMES;
    let mut seen: Vec<&str> = Vec::new();
    for (index, event) in log.events.iter().enumerate() {
        let name = event.name.as_str();
        let late = ready.is_some_and(|end| index > end);
        let once = RESERVED.iter().any(|(reserved, _)| *reserved == name);
        // In version 1 nothing but the first colon parts the name from the payload.
        let split = !late && event.version == Version::V1 && name.contains(':');
        let reason = match (event.rtmr == 3, event.kind == RUNTIME_EVENT) {
            (false, false) => continue,
            (true, false) | (false, true) => "unsupported",
            (true, true) if split => "unsupported",
            (true, true) if once && seen.contains(&name) => "duplicate",
            (true, true) if late && (once || name == REPEATED.0) => "after-launch",
            (true, true) => {
                seen.extend(once.then_some(name));
                continue;
            }
        };
        return Finding::fail(check, reason).actual(name).within(EVENT_LOG, event.span);
    }
    Finding::pass(check)
}

/// What dstack itself states.
fn own(log: &Log<'_>, ready: Option<usize>, registers: &Registers) -> Vec<Statement> {
    let launch = log.events.iter().enumerate().take(ready.unwrap_or(0));
    launch
        .filter(|(_, event)| is_runtime(event) && registers.contains(RUNTIME))
        .filter_map(|(index, event)| {
            let name = match event.name.as_str() {
                name if name == REPEATED.0 => REPEATED.1,
                name => RESERVED.iter().find(|(reserved, _)| *reserved == name)?.1?,
            };
            Some(Statement {
                name,
                value: value(name, &event.payload),
                described_as: None,
                register: RUNTIME,
                event: index,
            })
        })
        .collect()
}

fn value(name: &str, payload: &[u8]) -> Value {
    match std::str::from_utf8(payload) {
        Ok(text) if TEXTS.contains(&name) => Value::text(text),
        _ => Value::hex(payload),
    }
}

fn describe(event: &dstack::Event) -> Option<String> {
    if !is_runtime(event) {
        let described = meaning::describe(event.kind, &event.payload);
        return described.or_else(|| (!event.name.is_empty()).then(|| event.name.clone()));
    }
    let text = std::str::from_utf8(&event.payload).ok();
    match text.filter(|text| !text.contains(char::is_control)) {
        Some("") => None,
        Some(text) => Some(text.to_owned()),
        None => Some(hex::encode(&event.payload)),
    }
}
