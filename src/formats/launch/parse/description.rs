//! What is launched, written down beside the firmware image: a JSON file of this project's own.

use serde::{Deserialize, Serialize};

use crate::bytes::find;
use crate::digest::Sha256;
use crate::error::Error;

/// A launch of an SEV-SNP guest, all but the firmware image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// [`Description::SCHEMA`].
    pub schema: String,
    /// SHA-256 of the kernel file, when the firmware measures what it loads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel_sha256: Option<Sha256>,
    /// SHA-256 of the initial disk; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initrd_sha256: Option<Sha256>,
    /// The kernel's command line.
    #[serde(default)]
    pub command_line: String,
    /// How many processors.
    pub processors: u32,
    /// The model of the processors, as QEMU calls it (`EPYC-v4`).
    pub processor_type: String,
    /// SEV_FEATURES of each processor, as a number.
    pub features: u64,
    /// The machine monitor: `qemu` or `ec2`.
    pub monitor: String,
}

impl Description {
    /// The schema.
    pub const SCHEMA: &str = "silicon-to-source/snp-launch/v1";
    /// The largest file that is read, in bytes.
    pub const MAX: usize = 64 * 1024;

    /// Reads a description.
    ///
    /// # Errors
    /// When it is not JSON of that form and schema.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "launch description";
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let description: Self = crate::json::from_slice(WHAT, bytes)?;
        let whole = crate::span::Span::new(0, bytes.len());
        if description.schema != Self::SCHEMA {
            return Err(Error::unsupported(WHAT, &description.schema, whole));
        }
        Ok(description)
    }

    /// Whether `bytes` look like a description.
    pub(crate) fn is_likely(bytes: &[u8]) -> bool {
        let schema = Self::SCHEMA.as_bytes();
        bytes.trim_ascii_start().starts_with(b"{")
            && bytes.len() <= Self::MAX
            && find(bytes, schema).is_some()
    }
}

/// CPUID function 1, EAX, of a processor model as QEMU calls it (QEMU, `target/i386/cpu.c`); upper
/// and lower case are the same.
pub(crate) fn processor_signature(name: &str) -> Option<u32> {
    let name = name.to_ascii_lowercase();
    let model = name.strip_prefix("epyc")?;
    let (model, _version) = match model.rsplit_once("-v") {
        Some((model, version)) if version.parse::<u8>().is_ok() => (model, version),
        Some(_) => return None,
        None => (model, ""),
    };
    match model {
        "" | "-ibpb" => Some(0x0080_0f12),
        "-rome" => Some(0x0083_0f10),
        "-milan" => Some(0x00a0_0f11),
        "-genoa" => Some(0x00a1_0f10),
        "-turin" => Some(0x00b0_0f00),
        _ => None,
    }
}
