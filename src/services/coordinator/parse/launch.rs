//! The signed statement that says which measurement a launch gives: predicate
//! `launch-measurement/v1` of the coordinator contract.
//!
//! In RATS terms a reference value. It is the word of whoever signed the in-toto statement around
//! it; that the measurement is really that of the statement's subject, nobody but a rebuild shows.

use serde::{Deserialize, Serialize};

use crate::digest::Sha384;
use crate::error::Error;

/// The predicate type.
pub(crate) const PREDICATE_TYPE: &str = "https://darkbloom.dev/schemas/launch-measurement/v1";
/// The most alternatives that one statement may list for one kind of machine.
const MAX_ALTERNATIVES: usize = 64;

/// The predicate. Alternatives stand for one image on machines of different sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchMeasurement {
    /// What the statement's subject is.
    pub role: Role,
    /// Accepted measurements of SEV-SNP guests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snp: Vec<SnpLaunch>,
    /// Accepted measurements of TDX guests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tdx: Vec<TdxLaunch>,
}

/// What the subject of the statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The whole workload: the measurement covers the image whose digest is the subject's.
    Workload,
    /// Software that starts an image and measures it into a register with an event log. The
    /// measurement covers that software only.
    Launcher,
}

/// An SEV-SNP guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnpLaunch {
    /// MEASUREMENT of the report, hex.
    pub measurement: Sha384,
}

/// A TDX guest. A register that is absent is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TdxLaunch {
    /// MRTD, hex: the firmware.
    pub mrtd: Sha384,
    /// RTMR0: the firmware's configuration, which differs with the machine's size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtmr0: Option<Sha384>,
    /// RTMR1: boot loader and kernel.
    pub rtmr1: Sha384,
    /// RTMR2: kernel command line and initial file system.
    pub rtmr2: Sha384,
    /// RTMR3: what the running software extends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtmr3: Option<Sha384>,
}

impl LaunchMeasurement {
    /// Reads the predicate of a statement. Members that are not known are ignored.
    ///
    /// # Errors
    /// When it is not of this form, or lists more than 64 alternatives.
    pub(crate) fn of_predicate(predicate: &serde_json::Value) -> Result<Self, Error> {
        const WHAT: &str = "launch measurement";
        let whole = crate::span::Span::new(0, 0);
        let launch = Self::deserialize(predicate)
            .map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
        Error::cap(WHAT, launch.snp.len().max(launch.tdx.len()), MAX_ALTERNATIVES)?;
        Ok(launch)
    }
}
