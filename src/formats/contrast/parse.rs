//! Contrast's manifest, as far as it is about one machine's evidence.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::json::{self, Members, Names};
use crate::span::Span;

const WHAT: &str = "Contrast manifest";

/// The most entries and configurations that are read.
const MAX_ENTRIES: usize = 4096;

/// What a deployment expects of its machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The hashes of the configurations (initdata) of its guests, in hex.
    pub(crate) configurations: Vec<String>,
    /// What it expects of SEV-SNP guests; any one entry counts.
    pub(crate) snp: Vec<SnpEntry>,
    /// What it expects of TDX guests, likewise.
    pub(crate) tdx: Vec<TdxEntry>,
}

/// What is expected of an SEV-SNP guest. Digests are in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SnpEntry {
    /// `Milan` or `Genoa`.
    pub(crate) product: String,
    /// MEASUREMENT.
    pub(crate) measurement: String,
    /// The least versions of the firmware.
    pub(crate) minimum: MinimumTcb,
    /// The guest policy; a manifest of an earlier release names nothing of it.
    pub(crate) guest_policy: Bits,
    /// PLATFORM_INFO, likewise.
    pub(crate) platform_info: Bits,
    /// The chips, when only some are accepted.
    pub(crate) chips: Vec<String>,
}

/// The least versions of an SEV-SNP machine's firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct MinimumTcb {
    /// Of the boot loader.
    #[serde(rename = "BootloaderVersion")]
    pub(crate) bootloader: u8,
    /// Of the secure processor's system.
    #[serde(rename = "TEEVersion")]
    pub(crate) tee: u8,
    /// Of the SNP firmware.
    #[serde(rename = "SNPVersion")]
    pub(crate) snp: u8,
    /// Of the microcode.
    #[serde(rename = "MicrocodeVersion")]
    pub(crate) microcode: u8,
}

/// Bits of a field that an entry names, and how they are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    named: u64,
    set: u64,
}

/// The names of the guest policy's bits (AMD 56860, table "Guest Policy").
const GUEST_POLICY: &[(&str, u32)] = &[
    ("SMT", 16),
    ("MigrateMA", 18),
    ("Debug", 19),
    ("SingleSocket", 20),
    ("CXLAllowed", 21),
    ("MemAES256XTS", 22),
    ("RAPLDis", 23),
    ("CipherTextHidingDRAM", 24),
    ("PageSwapDisable", 25),
];

/// The names of PLATFORM_INFO's bits (AMD 56860, table "PLATFORM_INFO Field").
const PLATFORM_INFO: &[(&str, u32)] = &[
    ("SMTEnabled", 0),
    ("TSMEEnabled", 1),
    ("ECCEnabled", 2),
    ("RAPLDisabled", 3),
    ("CiphertextHidingDRAMEnabled", 4),
    ("AliasCheckComplete", 5),
    ("TIOEnabled", 7),
];

/// The two bytes of the ABI version, lowest in the guest policy.
const ABI: [(&str, u32); 2] = [("ABIMinor", 0), ("ABIMajor", 8)];

impl Bits {
    /// Reads an object of bits by their `names`. A member of another name is an error: nothing would
    /// be compared with it.
    fn read(object: Option<&RawValue>, names: &[(&str, u32)]) -> Result<Self, Error> {
        let Some(object) = object else { return Ok(Self::default()) };
        let members = Members::parse(WHAT, object.get())?;
        let mut own = Self::default();
        let mut left = Names::of(object.get().as_bytes()).map_or(0, |names| names.sorted().len());
        let is_policy = names == GUEST_POLICY;
        let numbers = ABI.iter().filter(|_| is_policy).map(|named| (named, 0xff));
        for ((name, place), width) in names.iter().map(|named| (named, 1)).chain(numbers) {
            let value: u64 = match members.raw(name) {
                None => continue,
                Some("true") if width == 1 => 1,
                Some("false") if width == 1 => 0,
                Some(text) if width != 1 => u64::from(json::borrowed::<u8>(WHAT, text.as_bytes())?),
                Some(_) => return Err(malformed(object.get(), "a bit is true or false")),
            };
            left = left.saturating_sub(1);
            own.named |= width << place;
            own.set |= value << place;
        }
        match left {
            0 => Ok(own),
            _ => Err(malformed(object.get(), "it names a bit that is not known")),
        }
    }

    /// Whether each bit of `field` that is named is as it is named.
    pub(crate) const fn fit(self, field: u64) -> bool {
        field & self.named == self.set
    }

    /// Whether any bit is named.
    pub(crate) const fn is_any(self) -> bool {
        self.named != 0
    }
}

fn malformed(text: &str, why: &'static str) -> Error {
    Error::malformed(WHAT, Span::new(0, text.len()), why)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Snp<'a> {
    product_name: String,
    trusted_measurement: String,
    #[serde(rename = "MinimumTCB")]
    minimum_tcb: MinimumTcb,
    #[serde(borrow)]
    guest_policy: Option<&'a RawValue>,
    #[serde(borrow)]
    platform_info: Option<&'a RawValue>,
    #[serde(rename = "AllowedChipIDs")]
    allowed_chip_ids: Option<Vec<String>>,
}

impl Snp<'_> {
    fn read(self) -> Result<SnpEntry, Error> {
        Ok(SnpEntry {
            product: self.product_name,
            measurement: self.trusted_measurement,
            minimum: self.minimum_tcb,
            guest_policy: Bits::read(self.guest_policy, GUEST_POLICY)?,
            platform_info: Bits::read(self.platform_info, PLATFORM_INFO)?,
            chips: self.allowed_chip_ids.unwrap_or_default(),
        })
    }
}

/// What is expected of a TDX guest. Everything is in hex.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TdxEntry {
    /// MRTD.
    pub(crate) mr_td: String,
    /// MRSEAM.
    pub(crate) mr_seam: String,
    /// RTMR0 to RTMR3.
    pub(crate) rtmrs: [String; 4],
    /// XFAM.
    pub(crate) xfam: String,
}

#[derive(Deserialize)]
struct Values<'a> {
    #[serde(borrow)]
    snp: Option<Vec<Snp<'a>>>,
    tdx: Option<Vec<TdxEntry>>,
}

impl Manifest {
    /// Whether JSON with the members that `has` knows looks like one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("Policies") && has("ReferenceValues")
    }

    /// Reads a manifest. Members that are not about evidence are left aside.
    ///
    /// # Errors
    /// When it is none, or of the form of an early release.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        json::unique(WHAT, json)?;
        let member = |name| json::member(json, name).and_then(|span| span.of(json));
        let policies = member("Policies").ok_or(Error::Missing { what: "the member Policies" })?;
        let at = Span::new(0, json.len());
        let names = Names::of(policies)
            .ok_or_else(|| Error::malformed(WHAT, at, "Policies is no object"))?;
        let configurations: Vec<String> = names.sorted().into_iter().map(str::to_owned).collect();
        let values = member("ReferenceValues");
        let values = values.ok_or(Error::Missing { what: "the member ReferenceValues" })?;
        let Values { snp, tdx } = json::borrowed(WHAT, values)?;
        let (snp, tdx) = (snp.unwrap_or_default(), tdx.unwrap_or_default());
        for number in [configurations.len(), snp.len(), tdx.len()] {
            Error::cap("Contrast manifest, entries", number, MAX_ENTRIES)?;
        }
        let snp = snp.into_iter().map(Snp::read).collect::<Result<_, _>>()?;
        Ok(Self { configurations, snp, tdx })
    }
}
