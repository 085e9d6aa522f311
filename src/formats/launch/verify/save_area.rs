//! The state in which a processor begins: its save area (AMD document 24593, appendix B, table
//! B-4, "VMSA layout"). Values are those that the monitors set.

use super::{Launch, Monitor};
use crate::formats::launch::parse::Firmware;

/// Where the first processor begins.
pub(super) const RESET: u32 = 0xffff_fff0;

/// A segment register: selector, attributes, limit, base.
type Segment = (u16, u16, u32, u64);

/// What the monitors do differently.
struct Settings {
    code: u16,
    stack: u16,
    task: u16,
    rdx: u64,
    mxcsr: u32,
    x87_control: u16,
}

fn settings(launch: &Launch<'_>, eip: u32) -> Settings {
    match launch.monitor {
        Monitor::Qemu => Settings {
            code: 0x9b,
            stack: 0x93,
            task: 0x8b,
            rdx: u64::from(launch.processors.signature),
            mxcsr: 0x1f80,
            x87_control: 0x37f,
        },
        Monitor::Ec2 => Settings {
            code: if eip == RESET { 0x9a } else { 0x9b },
            stack: 0x92,
            task: 0x83,
            rdx: 0,
            mxcsr: 0,
            x87_control: 0,
        },
    }
}

/// The page of a processor that begins at `eip`.
pub(super) fn page(launch: &Launch<'_>, eip: u32) -> [u8; Firmware::PAGE] {
    let settings = settings(launch, eip);
    let data: Segment = (0, 0x93, 0xffff, 0);
    let segments: [(usize, Segment); 10] = [
        (0x00, data),
        (0x10, (0xf000, settings.code, 0xffff, u64::from(eip & 0xffff_0000))),
        (0x20, (0, settings.stack, 0xffff, 0)),
        (0x30, data),
        (0x40, data),
        (0x50, data),
        (0x60, (0, 0, 0xffff, 0)),
        (0x70, (0, 0x82, 0xffff, 0)),
        (0x80, (0, 0, 0xffff, 0)),
        (0x90, (0, settings.task, 0xffff, 0)),
    ];
    let mut page = [0; Firmware::PAGE];
    for (at, (selector, attributes, limit, base)) in segments {
        put(&mut page, at, &selector.to_le_bytes());
        put(&mut page, at.saturating_add(2), &attributes.to_le_bytes());
        put(&mut page, at.saturating_add(4), &limit.to_le_bytes());
        put(&mut page, at.saturating_add(8), &base.to_le_bytes());
    }
    let words: [(usize, u64); 12] = [
        (0x0d0, 0x1000),                    // EFER: SVME
        (0x148, 0x40),                      // CR4: MCE
        (0x158, 0x10),                      // CR0: ET
        (0x160, 0x400),                     // DR7
        (0x168, 0xffff_0ff0),               // DR6
        (0x170, 0x2),                       // RFLAGS
        (0x178, u64::from(eip & 0xffff)),   // RIP
        (0x268, 0x0007_0406_0007_0406),     // G_PAT
        (0x310, settings.rdx),              // RDX
        (0x3b0, launch.features),           // SEV_FEATURES
        (0x3e8, 0x1),                       // XCR0
        (0x408, u64::from(settings.mxcsr)), // MXCSR, 4 bytes; FTW and FSW are zero
    ];
    for (at, word) in words {
        put(&mut page, at, &word.to_le_bytes());
    }
    put(&mut page, 0x410, &settings.x87_control.to_le_bytes());
    page
}

fn put(page: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(at..at.saturating_add(bytes.len())) {
        place.copy_from_slice(bytes);
    }
}
