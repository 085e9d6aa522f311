//! What a policy says about Google's firmware.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::requirements::Common;

/// Google's endorsements of the firmware that its machines start with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct GoogleFirmwarePolicy {
    /// SHA-256 of the certificates (DER) that count as Google's root for endorsements of
    /// firmware. This verifier carries none: without one here an endorsement stays open. The
    /// certificate itself comes with the endorsement or beside it.
    pub roots: Vec<Sha256>,
    /// Whether to look for an endorsement.
    pub endorsement: Endorsement,
}

/// Whether an endorsement of the firmware is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endorsement {
    /// One that is handed in is read.
    #[default]
    IfSupplied,
    /// The machine is Google's, so there is one: a report says where.
    Wanted,
}

/// A policy that says something about Google's firmware.
pub(crate) trait ForGce: Common {
    /// What it says.
    fn google_firmware(&self) -> &GoogleFirmwarePolicy;
}
