//! The attestation report.

use serde::Deserialize;

use crate::bytes::Reader;
use crate::digest::Sha384;
use crate::error::Error;
use crate::span::Span;

use super::bits::{GuestPolicy, KeyInfo, PlatformInfo};
use super::tcb::RawTcb;

/// The report's format version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Firmware ABI 1.55 and before: does not say which CPU.
    V2,
    /// ABI 1.56: adds the CPU's family, model and stepping.
    V3,
    /// Rare; the layout of version 3.
    V4,
    /// ABI 1.58: adds mitigation vectors.
    V5,
}

impl Version {
    /// The number in the report.
    pub const fn number(self) -> u32 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

/// CPUID family, model and stepping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cpuid {
    /// Combined family.
    pub family: u8,
    /// Combined model.
    pub model: u8,
    /// Stepping.
    pub stepping: u8,
}

impl std::fmt::Display for Cpuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { family, model, stepping } = self;
        write!(f, "family {family:02x}h, model {model:02x}h, stepping {stepping}")
    }
}

/// A firmware version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firmware {
    /// API major version.
    pub major: u8,
    /// API minor version.
    pub minor: u8,
    /// Build.
    pub build: u8,
}

impl std::fmt::Display for Firmware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.build)
    }
}

/// A report as parsed. Nothing in it is believed; its signature has not been looked at.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    bytes: &'a [u8],
    /// Format version.
    pub version: Version,
    /// Guest security version, from the ID block.
    pub guest_svn: u32,
    /// Guest policy.
    pub policy: GuestPolicy,
    /// Family id from the ID block, 16 bytes.
    pub family_id: [u8; 16],
    /// Image id from the ID block, 16 bytes.
    pub image_id: [u8; 16],
    /// The privilege level that asked for the report; all ones when the host asked.
    pub vmpl: u32,
    /// Signature algorithm; 1 is ECDSA P-384 with SHA-384.
    pub signature_algorithm: u32,
    /// Firmware that runs now.
    pub current_tcb: RawTcb,
    /// The platform's properties.
    pub platform_info: PlatformInfo,
    /// Which key signs.
    pub key_info: KeyInfo,
    /// 64 bytes that the guest chose.
    pub report_data: [u8; 64],
    /// The launch measurement: SHA-384 over the guest's initial memory.
    pub measurement: Sha384,
    /// 32 bytes that the host chose at launch.
    pub host_data: [u8; 32],
    /// Digest of the key that signed the ID block; zero without one.
    pub id_key_digest: Sha384,
    /// Digest of the key that signed the ID key; zero without one.
    pub author_key_digest: Sha384,
    /// An id that the firmware gives this guest.
    pub report_id: [u8; 32],
    /// The id of the guest's migration agent; all ones without one.
    pub report_id_ma: [u8; 32],
    /// The security versions that the signing key was derived for.
    pub reported_tcb: RawTcb,
    /// The CPU; from version 3 on.
    pub cpuid: Option<Cpuid>,
    /// The chip's id, 64 bytes, or zeros when masked. On Turin 8 bytes and zeros.
    pub chip_id: [u8; 64],
    /// The security versions that cannot be rolled back any more.
    pub committed_tcb: RawTcb,
    /// Firmware that runs now.
    pub current: Firmware,
    /// Firmware that cannot be rolled back any more.
    pub committed: Firmware,
    /// The security versions when the guest was launched.
    pub launch_tcb: RawTcb,
    /// Mitigations at launch and now; from version 5 on.
    pub mitigations: Option<(u64, u64)>,
    /// Signature R, 72 bytes little-endian.
    pub(crate) signature_r: [u8; 72],
    /// Signature S, 72 bytes little-endian.
    pub(crate) signature_s: [u8; 72],
}

impl<'a> Report<'a> {
    /// Length of a report in bytes.
    pub const LEN: usize = 0x4a0;
    /// What the signature covers.
    pub const SIGNED: Span = Span::new(0, 0x2a0);
    /// Where the signature stands: R, then S.
    pub const SIGNATURE: Span = Span::new(0x2a0, 144);
    /// Zeros after S; not signed.
    pub(crate) const SIGNATURE_TAIL: Span = Span::new(0x330, 0x170);

    /// Parses a report of exactly [`Report::LEN`] bytes.
    ///
    /// # Errors
    /// When the length differs, or the version is none of 2, 3, 4 and 5.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "SNP report";
        if bytes.len() != Self::LEN {
            let why = format!("a report is 1184 bytes long, and this is {}", bytes.len());
            return Err(Error::malformed(WHAT, Span::new(0, bytes.len()), why));
        }
        let r = &mut Reader::new(bytes);
        let version = match r.u32_le("SNP report version")? {
            2 => Version::V2,
            3 => Version::V3,
            4 => Version::V4,
            5 => Version::V5,
            other => return Err(Error::unsupported("SNP report version", other, Span::new(0, 4))),
        };
        Ok(Self {
            bytes,
            version,
            guest_svn: r.u32_le("GUEST_SVN")?,
            policy: GuestPolicy(r.u64_le("POLICY")?),
            family_id: r.array("FAMILY_ID")?,
            image_id: r.array("IMAGE_ID")?,
            vmpl: r.u32_le("VMPL")?,
            signature_algorithm: r.u32_le("SIGNATURE_ALGO")?,
            current_tcb: RawTcb(r.array("CURRENT_TCB")?),
            platform_info: PlatformInfo(r.u64_le("PLATFORM_INFO")?),
            key_info: {
                let info = KeyInfo(r.u32_le("KEY_INFO")?);
                r.take("reserved at 0x4C", 4)?;
                info
            },
            report_data: r.array("REPORT_DATA")?,
            measurement: Sha384(r.array("MEASUREMENT")?),
            host_data: r.array("HOST_DATA")?,
            id_key_digest: Sha384(r.array("ID_KEY_DIGEST")?),
            author_key_digest: Sha384(r.array("AUTHOR_KEY_DIGEST")?),
            report_id: r.array("REPORT_ID")?,
            report_id_ma: r.array("REPORT_ID_MA")?,
            reported_tcb: RawTcb(r.array("REPORTED_TCB")?),
            cpuid: {
                let [family, model, stepping] = r.array("CPUID")?;
                r.take("reserved at 0x18B", 21)?;
                (version >= Version::V3).then_some(Cpuid { family, model, stepping })
            },
            chip_id: r.array("CHIP_ID")?,
            committed_tcb: RawTcb(r.array("COMMITTED_TCB")?),
            current: firmware(r, "CURRENT_BUILD")?,
            committed: firmware(r, "COMMITTED_BUILD")?,
            launch_tcb: RawTcb(r.array("LAUNCH_TCB")?),
            mitigations: {
                let vectors = (r.u64_le("LAUNCH_MIT_VECTOR")?, r.u64_le("CURRENT_MIT_VECTOR")?);
                r.take("reserved at 0x208", 152)?;
                (version >= Version::V5).then_some(vectors)
            },
            signature_r: r.array("signature R")?,
            signature_s: r.array("signature S")?,
        })
    }

    /// The report's bytes as received.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes that the signature covers.
    pub fn signed(&self) -> &'a [u8] {
        Self::SIGNED.of(self.bytes).unwrap_or_default()
    }

    /// Whether the host asked for the report: REPORT_DATA is then the host's choice (56860,
    /// ATTESTATION_REPORT, VMPL).
    pub(crate) const fn is_host_requested(&self) -> bool {
        self.vmpl == u32::MAX
    }

    /// Whether the chip id is all zeros.
    pub(crate) fn masks_chip_id(&self) -> bool {
        self.chip_id.iter().all(|&byte| byte == 0)
    }

    /// The first reserved range inside the signed part that is not zero.
    ///
    /// Source: 56860, ATTESTATION_REPORT, by version; the same ranges as the `sev` crate 8.0.0.
    pub(crate) fn reserved_not_zero(&self) -> Option<Span> {
        const ALWAYS: [(usize, usize); 3] = [(0x4c, 0x50), (0x1eb, 0x1ec), (0x1ef, 0x1f0)];
        let cpuid = if self.version >= Version::V3 { 0x18b } else { 0x188 };
        let tail = if self.version >= Version::V5 { 0x208 } else { 0x1f8 };
        let by_version = [(cpuid, 0x1a0), (tail, 0x2a0)];
        ALWAYS
            .into_iter()
            .chain(by_version)
            .map(|(start, end): (usize, usize)| Span::new(start, end.saturating_sub(start)))
            .find(|span| span.of(self.bytes).is_some_and(|b| b.iter().any(|&byte| byte != 0)))
    }

    /// Whether the unsigned bytes after S are zero.
    pub(crate) fn signature_tail_is_zero(&self) -> bool {
        Self::SIGNATURE_TAIL.of(self.bytes).is_some_and(|tail| tail.iter().all(|&byte| byte == 0))
    }

    /// R and S, 48 bytes each, big-endian; `None` when either does not fit into 48 bytes.
    pub fn signature(&self) -> Option<[u8; 96]> {
        let mut signature = [0; 96];
        let (r, s) = signature.split_at_mut(48);
        big_endian(&self.signature_r, r)?;
        big_endian(&self.signature_s, s)?;
        Some(signature)
    }
}

fn firmware(r: &mut Reader<'_>, what: &'static str) -> Result<Firmware, Error> {
    let [build, minor, major, _] = r.array(what)?;
    Ok(Firmware { major, minor, build })
}

fn big_endian(little: &[u8; 72], big: &mut [u8]) -> Option<()> {
    let (value, zeros) = little.split_at_checked(big.len())?;
    for (to, from) in big.iter_mut().zip(value.iter().rev()) {
        *to = *from;
    }
    zeros.iter().all(|&byte| byte == 0).then_some(())
}
