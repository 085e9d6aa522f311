//! What events of firmware and boot loaders say.

use std::collections::BTreeSet;

use super::{Event, Standing, Statement, tcg};
use crate::digest::{Sha256, Sha384};
use crate::finding::Value;
use crate::formats::eventlog::parse::Register;
use crate::formats::eventlog::parse::efi::{self, Variable};
use crate::formats::eventlog::parse::tcg::EventType;
use crate::gather;
use crate::hex;

/// EFI_GLOBAL_VARIABLE (UEFI specification), as it stands in bytes.
const GLOBAL_VARIABLE: [u8; 16] = [
    0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
];
/// Tags of Linux's EFI stub (`drivers/firmware/efi/libstub/efistub.h`).
const LINUX_INITRD: u32 = 0x8f3b_22ec;
const LINUX_LOAD_OPTIONS: u32 = 0x8f3b_22ed;
/// The longest description that is made, in characters.
const MAX_DESCRIPTION: usize = 4096;

/// What an event's data says, for a person.
pub(super) fn describe(kind: EventType, data: &[u8]) -> Option<String> {
    let text = match kind {
        EventType::SEPARATOR => match data {
            [0, 0, 0, 0] | [0xff, 0xff, 0xff, 0xff] => "end of this stage".to_owned(),
            _ => "error".to_owned(),
        },
        EventType::EFI_VARIABLE_DRIVER_CONFIG
        | EventType::EFI_VARIABLE_BOOT
        | EventType::EFI_VARIABLE_BOOT2
        | EventType::EFI_VARIABLE_AUTHORITY => {
            let variable = Variable::parse(data).ok()?;
            match variable.value {
                [] => format!("{}: empty", variable.name),
                value if value.len() <= 32 => {
                    format!("{}: {}", variable.name, hex::encode(value))
                }
                value => format!("{}: {} bytes", variable.name, value.len()),
            }
        }
        EventType::EFI_BOOT_SERVICES_APPLICATION
        | EventType::EFI_BOOT_SERVICES_DRIVER
        | EventType::EFI_RUNTIME_SERVICES_DRIVER => efi::loaded_file(data)?,
        EventType::EVENT_TAG => text(tagged(data)?.1)?,
        _ => text(data)?,
    };
    Some(text.chars().take(MAX_DESCRIPTION).collect())
}

/// What the events say about the boot. `raw` and `events` go side by side.
pub(super) fn statements(raw: &[(EventType, &[u8])], events: &[Event]) -> Vec<Statement> {
    let lines = raw.iter().filter_map(|(kind, data)| command_line(*kind, data));
    let kernels: BTreeSet<String> =
        gather::set(lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)));
    let mut statements = Vec::new();
    let mut ended = BTreeSet::new();
    for (index, ((kind, data), event)) in raw.iter().zip(events).enumerate() {
        let Some(register) = event.register else { continue };
        if is_separator(&event.digest) {
            ended.insert(register);
        }
        let said = match event.standing {
            Standing::Data if !ended.contains(&register) => configured(*kind, data, register),
            Standing::Part(_) => loaded(*kind, data, register),
            Standing::Data => None,
            Standing::Digest => measured(*kind, data, &kernels)
                .map(|(name, said)| (name, Value::hex(&event.digest), said)),
            Standing::NotMeasured | Standing::NotReplayed | Standing::Workload => None,
        };
        if let Some((name, value, described_as)) = said {
            statements.push(Statement { name, value, described_as, register, event: index });
        }
    }
    statements
}

type Said = (&'static str, Value, Option<String>);

/// What the firmware says of its configuration, as long as nothing else had its turn: it alone
/// extends RTMR0 and PCR7, and before the separator it measures nothing there that could have the
/// bytes of a variable. ACPI tables, which the host supplies, come after it.
fn configured(kind: EventType, data: &[u8], register: Register) -> Option<Said> {
    if !matches!(register, Register::Rtmr(0) | Register::Pcr(7)) {
        return None;
    }
    let variable = Variable::parse(data).ok()?;
    let is_secure_boot = kind == EventType::EFI_VARIABLE_DRIVER_CONFIG
        && variable.guid == GLOBAL_VARIABLE
        && variable.name == "SecureBoot";
    let state = if variable.value == [1] { "on" } else { "off" };
    is_secure_boot.then_some(("boot.secure-boot", Value::text(state), None))
}

/// What the boot loader says that it started, in its own registers RTMR2 and PCR8.
fn loaded(kind: EventType, data: &[u8], register: Register) -> Option<Said> {
    if !matches!(register, Register::Rtmr(2) | Register::Pcr(8)) {
        return None;
    }
    Some(("boot.command-line", Value::text(command_line(kind, data)?), None))
}

/// Whether the digest is that of a separator, whatever the log calls the event.
fn is_separator(digest: &[u8]) -> bool {
    const END: &[u8] = &[0; 4];
    digest == Sha256::of(END).as_bytes() || digest == Sha384::of(END).as_bytes()
}

/// The name of an event of which the digest counts only, and what its data says that it is of.
fn measured(
    kind: EventType,
    data: &[u8],
    kernels: &BTreeSet<String>,
) -> Option<(&'static str, Option<String>)> {
    match kind {
        EventType::EFI_BOOT_SERVICES_APPLICATION => {
            Some(("boot.application", efi::loaded_file(data)))
        }
        EventType::EVENT_TAG => {
            let (tag, label) = tagged(data)?;
            let name = match tag {
                LINUX_INITRD => "boot.initrd",
                LINUX_LOAD_OPTIONS => "boot.load-options",
                _ => return None,
            };
            Some((name, text(label)))
        }
        EventType::IPL => {
            let path = text(data)?;
            kernels.contains(&path).then_some(("boot.kernel", Some(path)))
        }
        _ => None,
    }
}

/// The kernel's command line in a GRUB event, the kernel's path first.
fn command_line(kind: EventType, data: &[u8]) -> Option<&str> {
    if kind != EventType::IPL || !data.starts_with(b"kernel_cmdline: ") {
        return None;
    }
    std::str::from_utf8(tcg::grub_text(data)?.of(data)?).ok()
}

/// TCG_PCClientTaggedEvent: a number, a length and as many bytes.
fn tagged(data: &[u8]) -> Option<(u32, &[u8])> {
    let (tag, rest) = data.split_first_chunk::<4>()?;
    let (len, rest) = rest.split_first_chunk::<4>()?;
    let exact = usize::try_from(u32::from_le_bytes(*len)).ok()? == rest.len();
    exact.then_some((u32::from_le_bytes(*tag), rest))
}

/// Data that is text: UTF-8, or UTF-16 as firmware and systemd write it.
fn text(data: &[u8]) -> Option<String> {
    let readable = |text: &str| {
        !text.is_empty() && !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t')
    };
    let narrow = std::str::from_utf8(data).ok().map(|text| text.trim_end_matches('\0').to_owned());
    let wide = || efi::utf16(data).filter(|text| text.is_ascii());
    narrow.filter(|text| readable(text)).or_else(|| wide().filter(|text| readable(text)))
}
