//! The binary log of UEFI firmware (TCG PC Client Platform Firmware Profile, "Event Logging"),
//! crypto-agile form, as a TPM log or as the CCEL table of a confidential guest. Numbers are
//! little-endian.

use std::borrow::Cow;

use super::{Algorithm, Digest, MAX_LOG, room};
use crate::bytes::Reader;
use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "event log";
const SPEC_ID: &[u8; 16] = b"Spec ID Event03\0";
/// The most algorithms that one log may name.
const MAX_ALGORITHMS: u32 = 8;

/// A log, taken apart.
#[derive(Clone, Debug)]
pub struct Log<'a> {
    /// The bytes as received.
    pub bytes: &'a [u8],
    /// The algorithms that the first event names.
    pub algorithms: Vec<Algorithm>,
    /// The events after the first, in order.
    pub events: Vec<Event<'a>>,
    /// What follows the last event: bytes that are all 0x00 or all 0xff.
    pub padding: Span,
}

/// One event (TCG_PCR_EVENT2).
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Where it is.
    pub span: Span,
    /// The register as written: a PCR number, or in a CCEL a measurement register index
    /// ([`Register::of_ccmr`](super::Register::of_ccmr)).
    pub register: u32,
    /// What kind of event it says that it is. No digest covers this number.
    pub kind: EventType,
    /// A digest for each algorithm of the log.
    pub digests: Vec<Digest<'a>>,
    /// The event data.
    pub data: &'a [u8],
    /// Where the data is.
    pub data_span: Span,
}

impl Event<'_> {
    /// The digest of that algorithm.
    pub fn digest(&self, algorithm: Algorithm) -> Option<&[u8]> {
        self.digests.iter().find(|digest| digest.algorithm == algorithm).map(|digest| digest.bytes)
    }
}

impl<'a> Log<'a> {
    /// Reads a log.
    ///
    /// # Errors
    /// When it is longer than [`MAX_LOG`] or has more than [`MAX_EVENTS`](super::MAX_EVENTS)
    /// events, when the first event is not `Spec ID Event03` (the form with SHA-1 only is not
    /// supported), when an event is cut short, names an algorithm twice, or does not have exactly
    /// the algorithms of the first event, or when bytes that are not padding follow the last one.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_LOG)?;
        let mut reader = Reader::new(bytes);
        let sizes = header(&mut reader)?;
        let mut events = Vec::new();
        while reader.remaining() > 0 && !is_padding(rest(bytes, &reader)) {
            room("event log, number of events", events.len())?;
            events.push(event(&mut reader, &sizes)?);
        }
        let padding = Span::new(reader.position(), reader.remaining());
        let algorithms = sizes.into_iter().map(|(algorithm, _)| algorithm).collect();
        Ok(Self { bytes, algorithms, events, padding })
    }
}

fn rest<'a>(bytes: &'a [u8], reader: &Reader<'_>) -> &'a [u8] {
    bytes.get(reader.position()..).unwrap_or_default()
}

fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|byte| *byte == 0xff) || rest.iter().all(|byte| *byte == 0)
}

/// The first event: the SHA-1 form around a TCG_EfiSpecIDEvent.
fn header(reader: &mut Reader<'_>) -> Result<Vec<(Algorithm, usize)>, Error> {
    reader.u32_le("event log, first event, register")?;
    let kind = EventType(reader.u32_le("event log, first event, type")?);
    if kind != EventType::NO_ACTION {
        return Err(Error::unsupported(
            "event log, first event, type",
            kind.name(),
            Span::new(4, 4),
        ));
    }
    let digest = reader.take("event log, first event, digest", 20)?;
    if digest.iter().any(|byte| *byte != 0) {
        return Err(Error::malformed(WHAT, Span::new(8, 20), "the first digest is not zero"));
    }
    let len = length(reader, "event log, first event, size")?;
    let start = reader.position();
    let data = reader.take("event log, first event, data", len)?;
    spec_id(data).map_err(|error| error.shifted(start))
}

fn spec_id(data: &[u8]) -> Result<Vec<(Algorithm, usize)>, Error> {
    let mut reader = Reader::new(data);
    let signature = reader.array::<16>("event log, specification id")?;
    if &signature != SPEC_ID {
        return Err(Error::unsupported(
            "event log, specification id",
            String::from_utf8_lossy(&signature).trim_end_matches('\0'),
            Span::new(0, 16),
        ));
    }
    reader.take("event log, specification version", 8)?;
    let count = reader.u32_le("event log, number of algorithms")?;
    if count == 0 || count > MAX_ALGORITHMS {
        let why = format!("{count} algorithms, and 1 to {MAX_ALGORITHMS} are allowed");
        return Err(Error::malformed("event log, number of algorithms", Span::new(24, 4), why));
    }
    let mut sizes: Vec<(Algorithm, usize)> = Vec::new();
    for _ in 0..count {
        let at = Span::new(reader.position(), 4);
        let algorithm = Algorithm(reader.u16_le("event log, algorithm")?);
        let size = usize::from(reader.u16_le("event log, digest size")?);
        if algorithm.digest_len().is_some_and(|len| len != size) || size > 64 {
            let why = format!("{algorithm} with digests of {size} bytes");
            return Err(Error::malformed("event log, digest size", at, why));
        }
        if sizes.iter().any(|(known, _)| *known == algorithm) {
            return Err(Error::malformed("event log, algorithm", at, format!("{algorithm} twice")));
        }
        sizes.push((algorithm, size));
    }
    let vendor = usize::from(reader.u8("event log, vendor information size")?);
    reader.take("event log, vendor information", vendor)?;
    if reader.remaining() > 0 {
        let at = Span::new(reader.position(), reader.remaining());
        return Err(Error::malformed("event log, first event", at, "bytes are left over"));
    }
    Ok(sizes)
}

fn event<'a>(reader: &mut Reader<'a>, sizes: &[(Algorithm, usize)]) -> Result<Event<'a>, Error> {
    let start = reader.position();
    let register = reader.u32_le("event log, register")?;
    let kind = EventType(reader.u32_le("event log, event type")?);
    let at = Span::new(reader.position(), 4);
    let count = reader.u32_le("event log, number of digests")?;
    if usize::try_from(count) != Ok(sizes.len()) {
        let why = format!("{count} digests, and the log names {} algorithms", sizes.len());
        return Err(Error::malformed("event log, number of digests", at, why));
    }
    let mut digests: Vec<Digest<'a>> = Vec::new();
    for _ in 0..count {
        let at = Span::new(reader.position(), 2);
        let algorithm = Algorithm(reader.u16_le("event log, digest algorithm")?);
        let known = sizes.iter().find(|(known, _)| *known == algorithm);
        let twice = digests.iter().any(|digest| digest.algorithm == algorithm);
        let (Some((_, size)), false) = (known, twice) else {
            let why = format!("{algorithm} is there twice or not among those of the log");
            return Err(Error::malformed("event log, digest algorithm", at, why));
        };
        digests.push(Digest { algorithm, bytes: reader.take("event log, digest", *size)? });
    }
    let len = length(reader, "event log, event size")?;
    let data_span = Span::new(reader.position(), len);
    let data = reader.take("event log, event data", len)?;
    let span = Span::new(start, reader.position().saturating_sub(start));
    Ok(Event { span, register, kind, digests, data, data_span })
}

fn length(reader: &mut Reader<'_>, what: &'static str) -> Result<usize, Error> {
    let at = Span::new(reader.position(), 4);
    usize::try_from(reader.u32_le(what)?).map_err(|_| Error::malformed(what, at, "too long"))
}

/// The kind of an event (TCG PC Client Platform Firmware Profile, table "Events").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(pub u32);

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)*) => {
        impl EventType {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// Its name in the specification, or its number.
            pub fn name(self) -> Cow<'static, str> {
                match self {
                    $(Self::$name => Cow::Borrowed($word),)*
                    Self(number) => Cow::Owned(format!("event type 0x{number:08x}")),
                }
            }
        }
    };
}

event_types! {
    /// Firmware code or a table.
    POST_CODE = 0x0000_0001, "EV_POST_CODE";
    /// Never extended.
    NO_ACTION = 0x0000_0003, "EV_NO_ACTION";
    /// The end of a stage, or an error.
    SEPARATOR = 0x0000_0004, "EV_SEPARATOR";
    /// An action, as text.
    ACTION = 0x0000_0005, "EV_ACTION";
    /// A tagged event; Linux's EFI stub uses it for the command line and the initrd.
    EVENT_TAG = 0x0000_0006, "EV_EVENT_TAG";
    /// The first code that ran.
    S_CRTM_CONTENTS = 0x0000_0007, "EV_S_CRTM_CONTENTS";
    /// Its version.
    S_CRTM_VERSION = 0x0000_0008, "EV_S_CRTM_VERSION";
    /// Microcode.
    CPU_MICROCODE = 0x0000_0009, "EV_CPU_MICROCODE";
    /// Configuration of the platform; EDK2 uses it for ACPI tables.
    PLATFORM_CONFIG_FLAGS = 0x0000_000a, "EV_PLATFORM_CONFIG_FLAGS";
    /// Devices.
    TABLE_OF_DEVICES = 0x0000_000b, "EV_TABLE_OF_DEVICES";
    /// A digest made by an application.
    COMPACT_HASH = 0x0000_000c, "EV_COMPACT_HASH";
    /// Something a boot loader measured.
    IPL = 0x0000_000d, "EV_IPL";
    /// Data of a boot loader.
    IPL_PARTITION_DATA = 0x0000_000e, "EV_IPL_PARTITION_DATA";
    /// Code outside the host.
    NONHOST_CODE = 0x0000_000f, "EV_NONHOST_CODE";
    /// Configuration outside the host.
    NONHOST_CONFIG = 0x0000_0010, "EV_NONHOST_CONFIG";
    /// What else is outside the host.
    NONHOST_INFO = 0x0000_0011, "EV_NONHOST_INFO";
    /// Later boot attempts are not logged.
    OMIT_BOOT_DEVICE_EVENTS = 0x0000_0012, "EV_OMIT_BOOT_DEVICE_EVENTS";
    /// A UEFI variable that configures the firmware, such as SecureBoot.
    EFI_VARIABLE_DRIVER_CONFIG = 0x8000_0001, "EV_EFI_VARIABLE_DRIVER_CONFIG";
    /// A UEFI variable that configures the boot.
    EFI_VARIABLE_BOOT = 0x8000_0002, "EV_EFI_VARIABLE_BOOT";
    /// An application that the firmware started.
    EFI_BOOT_SERVICES_APPLICATION = 0x8000_0003, "EV_EFI_BOOT_SERVICES_APPLICATION";
    /// A driver.
    EFI_BOOT_SERVICES_DRIVER = 0x8000_0004, "EV_EFI_BOOT_SERVICES_DRIVER";
    /// A driver that stays.
    EFI_RUNTIME_SERVICES_DRIVER = 0x8000_0005, "EV_EFI_RUNTIME_SERVICES_DRIVER";
    /// A partition table.
    EFI_GPT_EVENT = 0x8000_0006, "EV_EFI_GPT_EVENT";
    /// An action, as text.
    EFI_ACTION = 0x8000_0007, "EV_EFI_ACTION";
    /// A volume of firmware.
    EFI_PLATFORM_FIRMWARE_BLOB = 0x8000_0008, "EV_EFI_PLATFORM_FIRMWARE_BLOB";
    /// Tables that are handed to the system.
    EFI_HANDOFF_TABLES = 0x8000_0009, "EV_EFI_HANDOFF_TABLES";
    /// A volume of firmware, with a name.
    EFI_PLATFORM_FIRMWARE_BLOB2 = 0x8000_000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2";
    /// Tables that are handed to the system, with a name.
    EFI_HANDOFF_TABLES2 = 0x8000_000b, "EV_EFI_HANDOFF_TABLES2";
    /// A UEFI variable that configures the boot, with its name in the digest.
    EFI_VARIABLE_BOOT2 = 0x8000_000c, "EV_EFI_VARIABLE_BOOT2";
    /// A partition table without its identifiers.
    EFI_GPT_EVENT2 = 0x8000_000d, "EV_EFI_GPT_EVENT2";
    /// A measurement by hardware.
    EFI_HCRTM_EVENT = 0x8000_0010, "EV_EFI_HCRTM_EVENT";
    /// A key or digest that let code start.
    EFI_VARIABLE_AUTHORITY = 0x8000_00e0, "EV_EFI_VARIABLE_AUTHORITY";
    /// Firmware of a device, by SPDM.
    EFI_SPDM_FIRMWARE_BLOB = 0x8000_00e1, "EV_EFI_SPDM_FIRMWARE_BLOB";
    /// Configuration of a device, by SPDM.
    EFI_SPDM_FIRMWARE_CONFIG = 0x8000_00e2, "EV_EFI_SPDM_FIRMWARE_CONFIG";
}
