//! Appraisal: whether what was shown is what a policy asks for. It can only lower a result.

mod agreement;
mod exhibits;
mod provenance;

pub use exhibits::sigstore_evidence;
pub use provenance::{blocked, claims, provenance};
