//! The launch measurement of an SEV-SNP guest, computed from what is started (AMD document 56860,
//! "Launch digest", PAGE_INFO; QEMU and EC2 for the order of pages).
//!
//! Shown: a guest launched with exactly this firmware, these kernel hashes and these processors
//! has this measurement. Not shown: that anybody should start it.

mod hashes;
mod save_area;

use super::parse::{Area, AreaKind, Firmware};
use crate::digest::Sha384;
use crate::error::Error;

pub(crate) use hashes::KernelHashes;

/// What is launched.
#[derive(Clone, Debug)]
pub(crate) struct Launch<'a> {
    /// The virtual firmware.
    pub firmware: &'a Firmware<'a>,
    /// What the firmware loads, when it is told to measure it.
    pub kernel: Option<KernelHashes>,
    /// The processors.
    pub processors: Processors,
    /// SEV_FEATURES of each processor (AMD document 24593, VMSA offset 3B0h).
    pub features: u64,
    /// The machine monitor.
    pub monitor: Monitor,
}

/// The virtual processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Processors {
    /// How many.
    pub count: u32,
    /// CPUID function 1, EAX: family, model and stepping.
    pub signature: u32,
}

/// The most processors of a guest that is measured.
pub(crate) const MAX_PROCESSORS: u32 = 4096;

/// The machine monitor: each sets up processors in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Monitor {
    /// Amazon EC2.
    Ec2,
    /// QEMU.
    Qemu,
}

/// PAGE_TYPE of PAGE_INFO.
#[derive(Clone, Copy)]
enum Page {
    Normal,
    SaveArea,
    Zero,
    Secrets,
    Cpuid,
}

/// The guest address of every save area.
const SAVE_AREA: u64 = 0xffff_ffff_f000;
const PAGE: u64 = 4096;

/// The launch digest so far.
struct Digest(Sha384);

impl Digest {
    /// Takes in one page (56860, PAGE_INFO: 112 bytes).
    fn page(&mut self, page: Page, address: u64, contents: [u8; Sha384::LEN]) {
        const LEN: u16 = 0x70;
        let kind = match page {
            Page::Normal => 1,
            Page::SaveArea => 2,
            Page::Zero => 3,
            Page::Secrets => 5,
            Page::Cpuid => 6,
        };
        // IMI_PAGE, permissions of the three lower levels and a reserved byte are zero.
        let rest = [kind, 0, 0, 0, 0, 0];
        let parts: [&[u8]; 5] =
            [self.0.as_bytes(), &contents, &LEN.to_le_bytes(), &rest, &address.to_le_bytes()];
        self.0 = Sha384::of_parts(&parts);
    }

    fn bytes(&mut self, page: Page, address: u64, bytes: &[u8]) {
        self.page(page, address, Sha384::of(bytes).0);
    }

    /// Pages without contents, from `address` on.
    fn empty(&mut self, page: Page, address: u64, len: u64) {
        let mut at = address;
        let end = address.saturating_add(len);
        while at < end {
            self.page(page, at, [0; Sha384::LEN]);
            at = at.saturating_add(PAGE);
        }
    }
}

/// Computes the launch measurement.
///
/// # Errors
/// When the firmware lacks what the launch needs: a place for kernel hashes, or where further
/// processors begin; or when there are no processors or too many.
pub(crate) fn measurement(launch: &Launch<'_>) -> Result<Sha384, Error> {
    let mut digest = Digest(Sha384([0; Sha384::LEN]));
    let mut address = launch.firmware.address();
    for page in launch.firmware.bytes.chunks(Firmware::PAGE) {
        digest.bytes(Page::Normal, address, page);
        address = address.saturating_add(PAGE);
    }
    measurement_after(digest.0, launch)
}

/// The same from the launch digest after the firmware's pages: the firmware's own bytes are not
/// looked at.
///
/// # Errors
/// As [`measurement`].
pub(crate) fn measurement_after(firmware: Sha384, launch: &Launch<'_>) -> Result<Sha384, Error> {
    const PROCESSORS: &str = "number of processors";
    let Launch { firmware: image, kernel, processors, .. } = launch;
    if processors.count == 0 {
        return Err(Error::Missing { what: PROCESSORS });
    }
    let count = usize::try_from(processors.count).unwrap_or(usize::MAX);
    Error::cap(PROCESSORS, count, usize::try_from(MAX_PROCESSORS).unwrap_or(usize::MAX))?;
    let mut digest = Digest(firmware);
    let takes_hashes = image.areas.iter().any(|area| area.kind == AreaKind::KernelHashes);
    if kernel.is_some() && !takes_hashes {
        return Err(Error::Missing { what: "the firmware's area for kernel hashes" });
    }
    let (late, early): (Vec<&Area>, Vec<&Area>) = image
        .areas
        .iter()
        .partition(|area| area.kind == AreaKind::Cpuid && launch.monitor == Monitor::Ec2);
    for area in early.into_iter().chain(late) {
        measure_area(&mut digest, area, launch)?;
    }
    let first = save_area::page(launch, save_area::RESET);
    digest.bytes(Page::SaveArea, SAVE_AREA, &first);
    if processors.count > 1 {
        const RESET: Error = Error::Missing { what: "where further processors begin" };
        let further = save_area::page(launch, image.reset_eip.ok_or(RESET)?);
        for _ in 1..processors.count {
            digest.bytes(Page::SaveArea, SAVE_AREA, &further);
        }
    }
    Ok(digest.0)
}

fn measure_area(digest: &mut Digest, area: &Area, launch: &Launch<'_>) -> Result<(), Error> {
    let (address, len) = (u64::from(area.address), u64::from(area.len));
    match (area.kind, &launch.kernel) {
        (AreaKind::Memory | AreaKind::SvsmCallingArea, _) | (AreaKind::KernelHashes, None) => {
            digest.empty(Page::Zero, address, len);
        }
        (AreaKind::Secrets, _) => digest.page(Page::Secrets, address, [0; Sha384::LEN]),
        (AreaKind::Cpuid, _) => digest.page(Page::Cpuid, address, [0; Sha384::LEN]),
        (AreaKind::KernelHashes, Some(kernel)) => {
            const TABLE: Error = Error::Missing { what: "the firmware's table of kernel hashes" };
            let table = launch.firmware.hash_table.ok_or(TABLE)?;
            digest.bytes(Page::Normal, address, &kernel.page(table)?);
        }
    }
    Ok(())
}
