//! The predicate of Tinfoil's signed statement: what the build expects to be measured.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::span::Span;

/// The in-toto predicate type.
pub(crate) const TYPE: &str = "https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1";

const WHAT: &str = "Tinfoil predicate";

/// What the build states.
#[derive(Clone, Debug)]
pub(crate) struct Predicate {
    /// The expected SEV-SNP launch measurement.
    pub measurement: Sha384,
    /// The kernel command line that the measurement covers.
    pub command_line: String,
    /// The configuration, byte for byte; YAML.
    pub config: Vec<u8>,
    /// The dm-verity root hash of the virtual machine's disk, hex.
    pub disk_root_hash: String,
    /// The version of the virtual machine image.
    pub image_version: String,
    /// What a TDX guest measures, as it stands in the predicate.
    tdx: Option<Box<RawValue>>,
}

/// What the build expects of a TDX guest: what the firmware measured, once it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct TdxMeasurement {
    /// The kernel.
    pub rtmr1: Sha384,
    /// The command line and the first file system.
    pub rtmr2: Sha384,
}

#[derive(Deserialize)]
struct Statement {
    predicate: File,
}

#[derive(Deserialize)]
struct File {
    snp_measurement: Sha384,
    tdx_measurement: Option<Box<RawValue>>,
    cmdline: String,
    config: String,
    hashes: Hashes,
}

#[derive(Deserialize)]
struct Hashes {
    root: String,
    version: String,
}

impl Predicate {
    /// Reads the predicate out of an in-toto statement.
    ///
    /// # Errors
    /// When a member is missing, appears twice or has another form.
    pub(crate) fn parse(statement: &[u8]) -> Result<Self, Error> {
        let Statement { predicate } = crate::json::from_slice(WHAT, statement)?;
        let config = STANDARD.decode(&predicate.config).map_err(|error| {
            Error::malformed(WHAT, Span::new(0, predicate.config.len()), error.to_string())
        })?;
        Ok(Self {
            measurement: predicate.snp_measurement,
            command_line: predicate.cmdline,
            config,
            disk_root_hash: predicate.hashes.root,
            image_version: predicate.hashes.version,
            tdx: predicate.tdx_measurement,
        })
    }

    /// What the build expects of a TDX guest; `None` when it says nothing of one.
    ///
    /// # Errors
    /// When a register is missing or has another form.
    pub(crate) fn tdx(&self) -> Result<Option<TdxMeasurement>, Error> {
        let own =
            self.tdx.as_deref().map(|raw| crate::json::from_slice(WHAT, raw.get().as_bytes()));
        own.transpose()
    }

    /// The value of `name=` on the kernel command line, when it is there exactly once.
    ///
    /// `None` as well for a line with quotes or with spaces other than U+0020, which the kernel
    /// and the programs it starts take apart in different ways.
    pub(crate) fn argument(&self, name: &str) -> Option<&str> {
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\'');
        if !self.command_line.bytes().all(plain) {
            return None;
        }
        let mut values = self.command_line.split(' ').filter_map(|argument| {
            argument.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
        });
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// SHA-256 of the configuration.
    pub(crate) fn config_digest(&self) -> Sha256 {
        Sha256::of(&self.config)
    }
}
