//! EigenCompute's bound evidence: a TPM attestation with a report of the processor in it, the
//! challenge it answers, and data that was bound along.

mod snp;
mod tdx;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::Error;
use crate::formats::tpm::parse::{Attestation, TeePart};
use crate::hex;
use crate::span::Span;

pub use snp::{SnpPart, report};
pub use tdx::quote;

const WHAT: &str = "bound evidence";
/// The largest bound evidence that is read, in bytes.
const MAX_EVIDENCE: usize = 8 * 1024 * 1024;

/// Bound evidence, taken out of its carrier.
#[derive(Clone, Debug)]
pub struct BoundEvidence {
    /// The attestation (protobuf).
    pub attestation: Vec<u8>,
    /// What the reader sent; `None` when it did not come along.
    pub challenge: Option<Vec<u8>>,
    /// What the workload had bound along; empty when nothing.
    pub extra_data: Vec<u8>,
    /// The platform, by the report that is in it.
    pub platform: Platform,
}

/// What kind of machine an attestation is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// It has a quote of a TDX guest.
    Tdx,
    /// It has an SEV-SNP report.
    SevSnp,
    /// It has no report of a processor.
    ShieldedVm,
}

impl Platform {
    /// The platform of an attestation.
    pub const fn of(attestation: &Attestation<'_>) -> Self {
        match attestation.tee {
            Some(TeePart::Tdx(_)) => Self::Tdx,
            Some(TeePart::SevSnp(_)) => Self::SevSnp,
            None => Self::ShieldedVm,
        }
    }

    /// The word that the TPM signs along, so that a report cannot be taken out unseen.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Tdx => "INTEL_TDX",
            Self::SevSnp => "AMD_SEV_SNP",
            Self::ShieldedVm => "GCP_SHIELDED_VM",
        }
    }
}

/// The members that are read; what the document says about itself beside them is not used.
#[derive(Deserialize)]
struct Document {
    attestation: String,
    #[serde(default)]
    challenge: Option<String>,
    #[serde(default)]
    extra_data: Option<String>,
}

impl BoundEvidence {
    /// Reads the JSON form: `attestation` in base64, `challenge` and `extra_data` in hex. Without a
    /// challenge, or with an empty one, nothing says that the answer is a new one.
    ///
    /// # Errors
    /// When a member is missing or not in its encoding, or the attestation is not of its form.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_EVIDENCE)?;
        let whole = Span::new(0, bytes.len());
        let document: Document = crate::json::from_slice(WHAT, bytes)?;
        let malformed = |why: &'static str| Error::malformed(WHAT, whole, why);
        let attestation = STANDARD
            .decode(&document.attestation)
            .map_err(|_| malformed("its attestation is not base64"))?;
        let challenge = hex::decode(document.challenge.unwrap_or_default())
            .map_err(|_| malformed("its challenge is not hex"))?;
        let challenge = Some(challenge).filter(|challenge| !challenge.is_empty());
        let extra_data = hex::decode(document.extra_data.unwrap_or_default())
            .map_err(|_| malformed("its extra data is not hex"))?;
        let platform = Platform::of(&Attestation::parse(&attestation)?);
        Ok(Self { attestation, challenge, extra_data, platform })
    }

    /// An attestation with nothing beside it.
    ///
    /// # Errors
    /// When it is not of its form.
    pub(crate) fn from_attestation(bytes: &[u8]) -> Result<Self, Error> {
        let platform = Platform::of(&Attestation::parse(bytes)?);
        Ok(Self { attestation: bytes.to_vec(), challenge: None, extra_data: Vec::new(), platform })
    }
}
