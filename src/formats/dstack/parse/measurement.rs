//! What a machine measures when it starts one of dstack's images: the image's list of checksums
//! with the file of measurements that the list names (dstack, `dstack-types`, `sha256sum.txt`,
//! `measurement.tdx.cbor` and `measurement.snp.cbor`, version 3).
//!
//! The host hands both out. They are worth something when somebody else names the image's hash,
//! which is the hash of the list.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::formats::launch::parse::{Area, AreaKind, Firmware};
use crate::span::Span;
use crate::wire::cbor::{Entries, Reader};

/// The largest list or file that is read, in bytes.
const MAX: usize = 64 * 1024;
/// The version of the files of measurements that is read.
const VERSION: u64 = 3;

/// The list and the file, with what else the host says about the launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// The list of checksums, as received.
    pub checksums: Vec<u8>,
    /// The file of measurements, as received.
    pub measurement: Vec<u8>,
    /// Processors of an SEV-SNP guest.
    pub processors: u32,
    /// The model of the processors, as QEMU calls it.
    pub processor_type: String,
    /// SEV_FEATURES.
    pub features: u64,
}

#[derive(Deserialize)]
struct Members {
    checksum_file: String,
    measurement: String,
    #[serde(default)]
    vcpus: u32,
    #[serde(default)]
    vcpu_type: String,
    #[serde(default)]
    guest_features: u64,
}

impl Material {
    /// The file's name in the list, for TDX.
    pub const TDX: &str = "measurement.tdx.cbor";
    /// The file's name in the list, for SEV-SNP.
    pub const SNP: &str = "measurement.snp.cbor";

    /// Reads `tdx_measurement` or `sev_snp_measurement` of `vm_config`.
    ///
    /// # Errors
    /// When it is not JSON of that form, a part is not base64 or is larger than 64 KiB, or a member
    /// appears twice.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const WHAT: &str = "dstack image measurement";
        let whole = Span::new(0, text.len());
        let members: Members = crate::json::from_slice(WHAT, text.as_bytes())?;
        let decoded = |text: &str| {
            let bytes = STANDARD.decode(text);
            let bytes = bytes.map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
            Error::cap(WHAT, bytes.len(), MAX).map(|()| bytes)
        };
        Ok(Self {
            checksums: decoded(&members.checksum_file)?,
            measurement: decoded(&members.measurement)?,
            processors: members.vcpus,
            processor_type: members.vcpu_type,
            features: members.guest_features,
        })
    }

    /// The image's hash: that of the list.
    pub fn image(&self) -> Sha256 {
        Sha256::of(&self.checksums)
    }

    /// The checksum that the list has for the file `name`; `None` when it does not list it.
    ///
    /// # Errors
    /// When a line is not 64 lower-case hex digits, two spaces and a plain name, when the last line
    /// does not end, or when a name appears twice: others could read such a list differently.
    pub fn listed(&self, name: &str) -> Result<Option<Sha256>, Error> {
        const WHAT: &str = "dstack list of checksums";
        let malformed = || {
            Error::malformed(WHAT, Span::new(0, self.checksums.len()), "not as sha256sum writes")
        };
        let text = std::str::from_utf8(&self.checksums).ok();
        let lines = text.and_then(|text| text.strip_suffix('\n')).ok_or_else(malformed)?;
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut found = None;
        for line in lines.split('\n') {
            let (digits, file) = line.split_once("  ").ok_or_else(malformed)?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let is_plain = file.starts_with(|c: char| c.is_ascii_alphanumeric())
                && file.chars().all(plain)
                && !digits.contains(|c: char| c.is_ascii_uppercase());
            if !is_plain || !names.insert(file) {
                return Err(malformed());
            }
            let checksum: Sha256 = digits.parse().map_err(|_| malformed())?;
            if file == name {
                found = Some(checksum);
            }
        }
        Ok(found)
    }
}

/// `measurement.tdx.cbor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TdxImage {
    /// SHA-384 of the command line as it is measured (UTF-16, with a zero at the end).
    pub command_line: Sha384,
    /// Authenticode SHA-384 of the kernel as QEMU hands it to a guest with much memory.
    pub kernel: Sha384,
    /// SHA-384 of the initial disk.
    pub initrd: Sha384,
    /// Which events the firmware measures.
    pub layout: Layout,
    /// MRTD, by the order in which QEMU adds and measures pages: page by page, or all and then all.
    pub mrtd: [Sha384; 2],
    /// Where the firmware's hand-off block is, as an address.
    pub hand_off: u64,
    /// Memory that the firmware accepts before the hand-off: addresses and lengths, in order.
    pub accepted: Vec<(u64, u64)>,
}

/// Which events dstack's firmware measures into RTMR0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Before edk2-stable202505: 13 events.
    Pre202505,
    /// From edk2-stable202505 on: 17 events.
    Stable202505,
}

impl TdxImage {
    const WHAT: &str = Material::TDX;

    /// # Errors
    /// When it is of another version, or is not CBOR of that form in the order in which dstack
    /// writes it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let r = &mut Map::open(Self::WHAT, bytes, 3)?;
        r.key("image")?;
        r.map(3)?;
        let command_line = r.digest("cmdline_sha384")?;
        let kernel = r.digest("kernel_authenticode")?;
        let initrd = r.digest("initrd_sha384")?;
        r.key("tdvf")?;
        r.map(3)?;
        r.key("ovmf")?;
        let layout = match r.reader.text()? {
            ("pre202505", _) => Layout::Pre202505,
            ("stable202505", _) => Layout::Stable202505,
            (other, span) => return Err(Error::unsupported(Self::WHAT, other, span)),
        };
        r.key("mrtd")?;
        r.map(2)?;
        let mrtd = [r.digest("single_pass")?, r.digest("two_pass")?];
        let (witness, span) = r.bytes("td_hob")?;
        r.reader.end()?;
        let memory = memory(witness)
            .ok_or_else(|| Error::malformed(Self::WHAT, span, "its map of memory is not one"))?;
        let (hand_off, accepted) = memory;
        Ok(Self { command_line, kernel, initrd, layout, mrtd, hand_off, accepted })
    }
}

/// dstack's compact map of memory: LEB128 numbers, which count pages of 4096 bytes. The first page,
/// the hand-off block from there, how many ranges, and each range from there with its length.
fn memory(mut bytes: &[u8]) -> Option<(u64, Vec<(u64, u64)>)> {
    const PAGE: u64 = 4096;
    const MOST: u64 = 64;
    let rest = &mut bytes;
    let first = leb128(rest)?;
    let address = |from: u64| first.checked_add(from)?.checked_mul(PAGE);
    let hand_off = address(leb128(rest)?)?;
    let count = leb128(rest).filter(|count| *count <= MOST)?;
    let mut ranges = Vec::new();
    let mut end = 0;
    for _ in 0..count {
        let (start, len) = (address(leb128(rest)?)?, leb128(rest)?.checked_mul(PAGE)?);
        if start < end || len == 0 {
            return None;
        }
        end = start.checked_add(len)?;
        ranges.push((start, len));
    }
    rest.is_empty().then_some((hand_off, ranges))
}

fn leb128(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63_u32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// `measurement.snp.cbor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SnpImage {
    /// The kernel's command line.
    pub command_line: String,
    /// The launch digest after the firmware's pages.
    pub firmware: Sha384,
    /// SHA-256 of the kernel.
    pub kernel: Sha256,
    /// SHA-256 of the initial disk.
    pub initrd: Sha256,
    /// Guest address of the table of kernel hashes.
    pub hash_table: u32,
    /// Where processors other than the first begin.
    pub reset_eip: u32,
    /// Memory areas that the host prepares, in the firmware's order.
    pub areas: Vec<Area>,
}

impl SnpImage {
    const WHAT: &str = Material::SNP;

    /// # Errors
    /// When it is of another version, is not CBOR of that form in the order in which dstack writes
    /// it, has more than 64 areas or more than 16 MiB in them, or an area is not whole pages.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let r = &mut Map::open(Self::WHAT, bytes, 8)?;
        r.key("cmdline")?;
        let command_line = r.reader.text()?.0.to_owned();
        let firmware = r.digest("ovmf_hash")?;
        let kernel = Sha256(r.array("kernel_hash")?);
        let initrd = Sha256(r.array("initrd_hash")?);
        let hash_table = r.small("hashes_table_gpa")?;
        let reset_eip = r.small("reset_eip")?;
        r.key("ovmf_sections")?;
        let count = usize::try_from(r.reader.array()?).unwrap_or(usize::MAX);
        Error::cap(Self::WHAT, count, Firmware::MAX_AREAS)?;
        let mut areas = Vec::new();
        let mut total = 0_usize;
        for _ in 0..count {
            let area = Self::area(r)?;
            total = total.saturating_add(usize::try_from(area.len).unwrap_or(usize::MAX));
            Error::cap(Self::WHAT, total, Firmware::MAX)?;
            areas.push(area);
        }
        r.reader.end()?;
        Ok(Self { command_line, firmware, kernel, initrd, hash_table, reset_eip, areas })
    }

    fn area(r: &mut Map<'_>) -> Result<Area, Error> {
        r.map(3)?;
        let (address, len, kind) = (r.small("gpa")?, r.small("size")?, r.small("type")?);
        let kind = match kind {
            1 => AreaKind::Memory,
            2 => AreaKind::Secrets,
            3 => AreaKind::Cpuid,
            4 => AreaKind::SvsmCallingArea,
            16 => AreaKind::KernelHashes,
            other => return Err(Error::unsupported(Self::WHAT, other, Span::new(0, 0))),
        };
        if len == 0 || address.checked_rem(4096) != Some(0) || len.checked_rem(4096) != Some(0) {
            return Err(Error::malformed(
                Self::WHAT,
                Span::new(0, 0),
                "an area is not whole pages",
            ));
        }
        Ok(Area { address, len, kind })
    }
}

/// A CBOR map whose keys come in one order.
struct Map<'a> {
    what: &'static str,
    reader: Reader<'a>,
}

impl<'a> Map<'a> {
    /// The outer map with `entries`, the first of which is the version.
    fn open(what: &'static str, bytes: &'a [u8], entries: u64) -> Result<Self, Error> {
        let mut map = Self { what, reader: Reader::new(what, bytes, 0) };
        let (found, whole) = (map.reader.map()?, Span::new(0, bytes.len()));
        map.key("version")?;
        match map.reader.number()? {
            (VERSION, _) if found == Entries::Counted(entries) => Ok(map),
            (VERSION, _) => Err(Error::malformed(what, whole, "it has other members")),
            (other, span) => Err(Error::unsupported(what, other, span)),
        }
    }

    fn map(&mut self, entries: u64) -> Result<(), Error> {
        match self.reader.map()? {
            found if found == Entries::Counted(entries) => Ok(()),
            _ => Err(Error::malformed(self.what, Span::new(0, 0), "it has other members")),
        }
    }

    fn key(&mut self, key: &str) -> Result<(), Error> {
        match self.reader.text()? {
            (found, _) if found == key => Ok(()),
            (found, span) => {
                let why = format!("{key} was expected, and {found} is there");
                Err(Error::malformed(self.what, span, why))
            }
        }
    }

    fn bytes(&mut self, key: &str) -> Result<(&'a [u8], Span), Error> {
        self.key(key)?;
        self.reader.bytes()
    }

    fn array<const LEN: usize>(&mut self, key: &str) -> Result<[u8; LEN], Error> {
        let (bytes, span) = self.bytes(key)?;
        bytes.try_into().map_err(|_| Error::malformed(self.what, span, "it is of another length"))
    }

    fn digest(&mut self, key: &str) -> Result<Sha384, Error> {
        self.array(key).map(Sha384)
    }

    fn small(&mut self, key: &str) -> Result<u32, Error> {
        self.key(key)?;
        let (number, span) = self.reader.number()?;
        u32::try_from(number).map_err(|_| Error::malformed(self.what, span, "it is too large"))
    }
}
