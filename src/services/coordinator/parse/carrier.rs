//! D, the one digest that evidence of every type covers, and how each type carries it.
//!
//! ```text
//! D = SHA-512( DOMAIN || 0x00 || u32be(len(nonce)) || nonce || u32be(len(binding)) || binding )
//! ```
//! `DOMAIN` is ASCII, `u32be` four bytes, most significant first; `nonce` and `binding` are the
//! decoded bytes as received. A document that was made for everyone has a nonce of length 0. The
//! lengths keep a nonce and a binding apart; the domain keeps a quote from being used for, or
//! taken from, another purpose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::binding::MAX_BINDING;
use crate::digest::{Sha256, Sha512};
use crate::error::Error;

/// The domain of D.
pub const DOMAIN: &str = "darkbloom/coordinator-attestation/v1";
/// The shortest nonce that a reader may send, in bytes.
pub const MIN_NONCE: usize = 16;
/// The longest nonce, in bytes.
pub const MAX_NONCE: usize = 64;

/// Report data of a TDX quote or an SEV-SNP report is D.
pub const DIRECT: &str = "direct/v1";
/// EigenCompute's bound evidence with D as its challenge and no extra data.
pub const EIGEN_BOUND: &str = "eigen-bound/v1";
/// A token whose `eat_nonce` has D in base64url.
pub const EAT_NONCE: &str = "eat-nonce/v1";
/// A TPM quote whose qualifying data is SHA-256 of D.
pub const TPM: &str = "tpm/v1";
/// A quote of dstack's older agent with D as its application data.
pub const DSTACK_APPDATA: &str = "dstack-appdata/v1";
/// A Nitro document whose nonce is D.
pub const NITRO: &str = "nitro/v1";

/// D. Without a nonce, `nonce` is empty.
///
/// # Errors
/// [`Error::TooLarge`] for a nonce or a binding beyond its limit.
pub fn digest(nonce: &[u8], binding: &[u8]) -> Result<Sha512, Error> {
    let nonce_len = length("nonce", nonce, MAX_NONCE)?;
    let binding_len = length("coordinator attestation, binding", binding, MAX_BINDING)?;
    Ok(Sha512::of_parts(&[DOMAIN.as_bytes(), &[0], &nonce_len, nonce, &binding_len, binding]))
}

fn length(what: &'static str, bytes: &[u8], max: usize) -> Result<[u8; 4], Error> {
    let too_large = Error::TooLarge { what, len: bytes.len(), max };
    if bytes.len() > max {
        return Err(too_large);
    }
    u32::try_from(bytes.len()).map(u32::to_be_bytes).map_err(|_| too_large)
}

/// The label of EigenCompute's nonces (`internal/nonce/nonce.go` of Layr-Labs/go-tpm-tools).
const WORKLOAD: &[u8] = b"WORKLOAD_ATTESTATION";

/// The machine that EigenCompute's TPM quotes name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EigenPlatform {
    /// An Intel TDX guest.
    IntelTdx,
    /// An AMD SEV-SNP guest.
    AmdSevSnp,
    /// A Shielded VM, which no chip protects from its host.
    ShieldedVm,
}

impl EigenPlatform {
    const fn tag(self) -> &'static [u8] {
        match self {
            Self::IntelTdx => b"INTEL_TDX",
            Self::AmdSevSnp => b"AMD_SEV_SNP",
            Self::ShieldedVm => b"GCP_SHIELDED_VM",
        }
    }
}

/// [`EIGEN_BOUND`]: report data of the quote or report, with the attestation key's
/// SubjectPublicKeyInfo in DER.
pub fn eigen_report_data(d: &Sha512, attestation_key: &[u8]) -> Sha512 {
    let challenge = Sha512::of(d.as_bytes());
    let key = Sha512::of(attestation_key);
    Sha512::of_parts(&[WORKLOAD, challenge.as_bytes(), key.as_bytes()])
}

/// [`EIGEN_BOUND`]: qualifying data of the TPM quotes.
pub fn eigen_qualifying_data(d: &Sha512, platform: EigenPlatform) -> Sha256 {
    let challenge = Sha256::of(d.as_bytes());
    Sha256::of_parts(&[WORKLOAD, platform.tag(), challenge.as_bytes()])
}

/// [`EAT_NONCE`]: the text that must be one of the token's nonces, 86 characters.
pub fn eat_nonce(d: &Sha512) -> String {
    URL_SAFE_NO_PAD.encode(d.as_bytes())
}

/// [`TPM`]: the qualifying data.
pub fn tpm_qualifying_data(d: &Sha512) -> Sha256 {
    Sha256::of(d.as_bytes())
}

/// [`DSTACK_APPDATA`]: report data of the quote.
pub fn dstack_report_data(d: &Sha512) -> Sha512 {
    Sha512::of_parts(&[b"app-data:", d.as_bytes()])
}
