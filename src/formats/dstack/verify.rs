//! What a machine measures when it starts one of dstack's images, computed from the image's file
//! of measurements (dstack, `dstack-mr`, `tdx.rs`, `tdvf.rs`, `uefi_var.rs` and `sev.rs`).
//!
//! Shown: a guest that starts an image with exactly these measurements has these registers. Not
//! shown: that anybody should start it, nor what the host put into its ACPI tables, whose digests
//! are taken from the guest's log as they are.

use super::parse::{Layout, Material, SnpImage, TdxImage};
use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::formats::eventlog::parse::dstack::Log;
use crate::formats::launch;
use crate::formats::launch::parse::{Firmware, processor_signature};
use crate::formats::launch::verify::{KernelHashes, Launch, Monitor, Processors};

/// Digests of the ACPI tables that the host made, as the guest's log states them: loader, root
/// pointer, tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AcpiDigests(pub [Sha384; 3]);

impl AcpiDigests {
    /// The three events that dstack labels; `None` when there are others or more.
    pub(crate) fn of(log: &Log<'_>) -> Option<Self> {
        const PLATFORM_CONFIG: u32 = 10;
        let is_acpi = |rtmr, kind, payload: &[u8]| {
            rtmr == 0 && kind == PLATFORM_CONFIG && payload == b"ACPI DATA"
        };
        let events = log.events.iter();
        let own: Vec<_> = events.filter(|e| is_acpi(e.rtmr, e.kind.0, &e.payload)).collect();
        let of_name = |name: &str| {
            let mut named = own.iter().filter(|event| event.name == name);
            named.next().and_then(|event| event.digest)
        };
        let digests = [of_name("acpi-loader")?, of_name("acpi-rsdp")?, of_name("acpi-tables")?];
        (own.len() == digests.len()).then_some(Self(digests))
    }
}

/// RTMR0 of a guest with `memory` bytes; `None` when they do not reach beyond what the firmware
/// accepts.
pub(crate) fn rtmr0(image: &TdxImage, memory: u64, acpi: &AcpiDigests) -> Option<Sha384> {
    /// The firmware's variable store, as dstack ships it.
    const VARIABLES: &str = "344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790";
    /// The option to boot the firmware's own menu, before edk2-stable202505.
    const MENU: &str = "23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298";
    /// What edk2-stable202505 measures as the authority of a variable.
    const AUTHORITY: &str = "fb66919801f1dfc9c4c273b6a739380790cb0fd3cb706a42f6ac050510ebc8618e7fba53a1564522f5c6f0dc9e1f41a6";
    let of = |bytes: &[u8]| Sha384::of(bytes);
    let mut digests = vec![hand_off(image, memory)?, VARIABLES.parse().ok()?];
    if image.layout == Layout::Stable202505 {
        digests.extend([of(&[0, 0]), of(b"/rom@genroms/linuxboot_dma.bin\0")]);
    }
    let variables: [(&[u8; 16], &str); 5] = [
        (&GLOBAL, "SecureBoot"),
        (&GLOBAL, "PK"),
        (&GLOBAL, "KEK"),
        (&IMAGE_SECURITY, "db"),
        (&IMAGE_SECURITY, "dbx"),
    ];
    digests.extend(variables.map(|(guid, name)| empty_variable(guid, name)));
    digests.push(of(&SEPARATOR));
    digests.extend(acpi.0);
    match image.layout {
        Layout::Pre202505 => digests.extend([of(&[0, 0]), MENU.parse().ok()?]),
        Layout::Stable202505 => digests.extend([
            AUTHORITY.parse().ok()?,
            of(&[0, 0, 1, 0]),
            of(&boot_option(0x109, "BootManagerMenuApp", &MENU_APP)),
            of(&boot_option(0x101, "EFI Firmware Setup", &SETUP_APP)),
        ]),
    }
    Some(extended(&digests))
}

/// RTMR1; `None` for a guest whose kernel QEMU changes with the size of its memory (less than
/// 2816 MiB, except 2 GiB).
pub(crate) fn rtmr1(image: &TdxImage, memory: u64) -> Option<Sha384> {
    const TWO_GIB: u64 = 0x8000_0000;
    if memory != TWO_GIB && memory < SPLIT {
        return None;
    }
    let of = |bytes: &[u8]| Sha384::of(bytes);
    Some(extended(&[
        image.kernel,
        of(b"Calling EFI Application from Boot Option"),
        of(&SEPARATOR),
        of(b"Exit Boot Services Invocation"),
        of(b"Exit Boot Services Returned with Success"),
    ]))
}

/// RTMR2.
pub(crate) fn rtmr2(image: &TdxImage) -> Sha384 {
    extended(&[image.command_line, image.initrd])
}

/// MEASUREMENT of an SEV-SNP guest under QEMU, with the processors of `material`.
///
/// # Errors
/// When the model of the processors is not known, or the launch is none.
pub(crate) fn snp_measurement(image: &SnpImage, material: &Material) -> Result<Sha384, Error> {
    const MODEL: Error = Error::Missing { what: "a known model of processors" };
    let signature = processor_signature(&material.processor_type).ok_or(MODEL)?;
    let firmware = Firmware {
        bytes: &[],
        areas: image.areas.clone(),
        reset_eip: Some(image.reset_eip),
        hash_table: Some(image.hash_table),
    };
    let launch = Launch {
        firmware: &firmware,
        kernel: Some(KernelHashes {
            kernel: image.kernel,
            initrd: image.initrd,
            command_line: KernelHashes::of_command_line(image.command_line.trim()),
        }),
        processors: Processors { count: material.processors, signature },
        features: material.features,
        monitor: Monitor::Qemu,
    };
    launch::verify::measurement_after(image.firmware, &launch)
}

/// dstack's `mr_aggregated`: SHA-256 of MRTD and the four RTMRs, then of MRCONFIGID, MROWNER and
/// MROWNERCONFIG when one of them is not zero.
pub(crate) fn aggregated(report: &crate::formats::intel::parse::TdReport) -> Sha256 {
    let further = [&report.mr_config_id, &report.mr_owner, &report.mr_owner_config];
    let has_further = further.iter().any(|register| register.0 != [0; Sha384::LEN]);
    let mut parts = vec![report.mr_td.as_bytes()];
    parts.extend(report.rtmr.iter().map(Sha384::as_bytes));
    parts.extend(further.into_iter().filter(|_| has_further).map(Sha384::as_bytes));
    Sha256::of_parts(&parts)
}

/// From this much memory on QEMU puts the rest above 4 GiB.
const SPLIT: u64 = 0xb000_0000;
const SEPARATOR: [u8; 4] = [0; 4];
/// 8be4df61-93ca-11d2-aa0d-00e098032b8c (UEFI specification, EFI_GLOBAL_VARIABLE).
const GLOBAL: [u8; 16] = [
    0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c,
];
/// d719b2cb-3d3a-4596-a3bc-dad00e67656f (UEFI specification, EFI_IMAGE_SECURITY_DATABASE).
const IMAGE_SECURITY: [u8; 16] = [
    0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
];
/// 7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1: OVMF's volume (edk2, `OvmfPkg`).
const VOLUME: [u8; 16] = [
    0xc9, 0xbd, 0xb8, 0x7c, 0xeb, 0xf8, 0x34, 0x4f, 0xaa, 0xea, 0x3e, 0xe4, 0xaf, 0x65, 0x16, 0xa1,
];
/// eec25bdc-67f2-4d95-b1d5-f81b2039d11d: the menu of boot options (edk2, `MdeModulePkg`).
const MENU_APP: [u8; 16] = [
    0xdc, 0x5b, 0xc2, 0xee, 0xf2, 0x67, 0x95, 0x4d, 0xb1, 0xd5, 0xf8, 0x1b, 0x20, 0x39, 0xd1, 0x1d,
];
/// 462caa21-7614-4503-836e-8ab6f4662331: the firmware's setup (edk2, `MdeModulePkg`).
const SETUP_APP: [u8; 16] = [
    0x21, 0xaa, 0x2c, 0x46, 0x14, 0x76, 0x03, 0x45, 0x83, 0x6e, 0x8a, 0xb6, 0xf4, 0x66, 0x23, 0x31,
];

fn extended(digests: &[Sha384]) -> Sha384 {
    let start = Sha384([0; Sha384::LEN]);
    digests.iter().fold(start, |old, new| Sha384::of_parts(&[old.as_bytes(), new.as_bytes()]))
}

/// The digest of the hand-off block list that QEMU makes for the firmware (PI specification,
/// volume 3: EFI_HOB_HANDOFF_INFO_TABLE, then an EFI_HOB_RESOURCE_DESCRIPTOR for each range).
fn hand_off(image: &TdxImage, memory: u64) -> Option<Sha384> {
    /// EFI_RESOURCE_SYSTEM_MEMORY and EFI_RESOURCE_MEMORY_UNACCEPTED.
    const ACCEPTED: u8 = 0;
    const UNACCEPTED: u8 = 7;
    const HEADER: u64 = 56;
    const RESOURCE: u64 = 48;
    /// Memory below 4 GiB ends here when there is more above.
    const LOW_END: u64 = 0x8000_0000;
    const FOUR_GIB: u64 = 0x1_0000_0000;
    let mut ranges = Vec::new();
    let mut next = 0;
    for (start, len) in &image.accepted {
        if *start > next {
            ranges.push((UNACCEPTED, next, start.checked_sub(next)?));
        }
        ranges.push((ACCEPTED, *start, *len));
        next = start.checked_add(*len)?;
    }
    if next >= memory {
        return None;
    }
    if memory >= SPLIT {
        ranges.push((UNACCEPTED, next, LOW_END.checked_sub(next)?));
        ranges.push((UNACCEPTED, FOUR_GIB, memory.checked_sub(LOW_END)?));
    } else {
        ranges.push((UNACCEPTED, next, memory.checked_sub(next)?));
    }
    let resources = u64::try_from(ranges.len()).ok()?.checked_mul(RESOURCE)?;
    let end = [HEADER, resources, 8].into_iter().try_fold(image.hand_off, u64::checked_add)?;
    let mut list = Vec::new();
    list.extend([1, 0, 56, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    list.extend([0; 32]);
    list.extend(end.to_le_bytes());
    for (kind, start, len) in ranges {
        list.extend([3, 0, 48, 0, 0, 0, 0, 0]);
        list.extend([0; 16]);
        list.extend([kind, 0, 0, 0, 7, 0, 0, 0]);
        list.extend(start.to_le_bytes());
        list.extend(len.to_le_bytes());
    }
    Some(Sha384::of(&list))
}

/// The digest of a variable without contents (TCG PC Client Platform Firmware Profile,
/// UEFI_VARIABLE_DATA).
fn empty_variable(guid: &[u8; 16], name: &str) -> Sha384 {
    let letters: u64 = name.encode_utf16().fold(0, |count, _| count.saturating_add(1));
    Sha384::of_parts(&[guid, &letters.to_le_bytes(), &[0; 8], &utf16(name)])
}

/// A boot option (UEFI specification, EFI_LOAD_OPTION) that starts a file of OVMF's volume.
fn boot_option(attributes: u32, description: &str, file: &[u8; 16]) -> Vec<u8> {
    const PATH_LEN: u16 = 44;
    let mut option = attributes.to_le_bytes().to_vec();
    option.extend(PATH_LEN.to_le_bytes());
    option.extend(utf16(description));
    option.extend([0, 0]);
    for (subtype, guid) in [(7, &VOLUME), (6, file)] {
        option.extend([4, subtype, 20, 0]);
        option.extend(guid);
    }
    option.extend([0x7f, 0xff, 4, 0]);
    option
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
