//! Logs of firmware: which digests are of the event's own data.

use super::replay::{self, Extends, Step};
use super::{EVENT_LOG, Event, OF_FIRMWARE, Registers, Standing, VerifiedLog, conclude, meaning};
use crate::crypto::Hash;
use crate::finding::Examined;
use crate::formats::eventlog::parse::Register;
use crate::formats::eventlog::parse::efi::Variable;
use crate::formats::eventlog::parse::tcg::{self, EventType, Log};
use crate::span::Span;

/// What GRUB writes before a text; the digest is of the text without it and without the zero
/// behind it (GRUB, `grub-core/commands/tpm.c`).
const GRUB_TEXTS: [&[u8]; 3] = [b"grub_cmd: ", b"kernel_cmdline: ", b"module_cmdline: "];
/// What a separator holds after an error (TCG PC Client Platform Firmware Profile,
/// EV_SEPARATOR): its digest is of these bytes, and its data says what went wrong.
const ERROR_SEPARATOR: [u8; 4] = [1, 0, 0, 0];

pub(super) fn examine(log: &Log<'_>, registers: &Registers) -> Examined<VerifiedLog> {
    let steps: Vec<Step> = log.events.iter().map(|event| step(event, registers)).collect();
    let (registers, untold) = replay::told(registers, &steps, locality(log));
    let registers = &registers;
    let mut findings = replay::examine(EVENT_LOG, registers, &steps, locality(log));
    findings.extend(untold);
    let events: Vec<Event> = log
        .events
        .iter()
        .zip(&steps)
        .map(|(event, step)| Event {
            span: event.span,
            register: step.register,
            kind: event.kind.name().into_owned(),
            meaning: meaning::describe(event.kind, event.data),
            digest: step.digest().unwrap_or_default().to_vec(),
            standing: step.standing(registers),
        })
        .collect();
    let raw: Vec<_> = log.events.iter().map(|event| (event.kind, event.data)).collect();
    let statements = meaning::statements(&raw, &events);
    conclude(&OF_FIRMWARE, findings, registers, events, statements)
}

fn step(event: &tcg::Event<'_>, registers: &Registers) -> Step {
    let register = match registers {
        Registers::Rtmr(_) => Register::of_ccmr(event.register),
        Registers::PcrSha256(_) | Registers::PcrSha384(_) => Register::of_pcr(event.register),
    };
    let extends = match event.digest(registers.algorithm()) {
        _ if event.kind == EventType::NO_ACTION => Extends::Nothing,
        None => Extends::Missing,
        Some(digest) => extends(event.kind, event.data, digest, registers.hash()),
    };
    Step { span: event.span, register, extends }
}

/// What `digest` shows of an event with that data.
pub(super) fn extends(kind: EventType, data: &[u8], digest: &[u8], hash: Hash) -> Extends {
    let shows = |shows| Extends::Digest { digest: digest.to_vec(), shows };
    let differs = |of_data| {
        let stated = digest.to_vec();
        Extends::Differs { extended: stated.clone(), stated, of_data }
    };
    let of_data = hash.digest(data);
    if of_data == digest {
        return shows(Standing::Data);
    }
    match kind {
        EventType::SEPARATOR if hash.digest(&ERROR_SEPARATOR) == digest => shows(Standing::Digest),
        EventType::EFI_VARIABLE_BOOT => match Variable::parse(data) {
            Ok(variable) if hash.digest(variable.value) == digest => {
                shows(Standing::Part(variable.value_span))
            }
            _ => differs(of_data),
        },
        EventType::EFI_VARIABLE_AUTHORITY => match data.split_last() {
            // Older releases of shim log one byte more than they measure.
            Some((_, measured)) if hash.digest(measured) == digest => {
                shows(Standing::Part(Span::new(0, measured.len())))
            }
            _ => differs(of_data),
        },
        EventType::IPL => match grub_text(data) {
            None => shows(Standing::Digest),
            Some(span) => {
                let of_text = hash.digest(span.of(data).unwrap_or_default());
                if of_text == digest { shows(Standing::Part(span)) } else { differs(of_text) }
            }
        },
        EventType::SEPARATOR
        | EventType::ACTION
        | EventType::S_CRTM_VERSION
        | EventType::OMIT_BOOT_DEVICE_EVENTS
        | EventType::EFI_VARIABLE_DRIVER_CONFIG
        | EventType::EFI_VARIABLE_BOOT2
        | EventType::EFI_GPT_EVENT
        | EventType::EFI_ACTION => differs(of_data),
        _ => shows(Standing::Digest),
    }
}

/// Where the measured text of a GRUB event is.
pub(super) fn grub_text(data: &[u8]) -> Option<Span> {
    let prefix = GRUB_TEXTS.iter().find(|prefix| data.starts_with(prefix))?;
    let text = data.get(prefix.len()..)?;
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    Some(Span::new(prefix.len(), text.len()))
}

/// The value that PCR0 starts with: an event that is not measured names it, before anything is.
fn locality(log: &Log<'_>) -> u8 {
    log.events
        .iter()
        .take_while(|event| event.register != 0 || event.kind == EventType::NO_ACTION)
        .find_map(|event| match event.data.strip_prefix(b"StartupLocality\0") {
            Some([locality]) if event.kind == EventType::NO_ACTION => Some(*locality),
            _ => None,
        })
        .unwrap_or(0)
}
