//! temporary
use crate::claims::Claim;
use crate::finding::{Check, Finding};
use crate::policy::ProvenancePolicy;
use crate::verify::sigstore::VerifiedStatement;
/// t
pub fn provenance(_: &VerifiedStatement, _: &ProvenancePolicy) -> Vec<Finding> {
    Vec::new()
}
/// t
pub fn claims(_: &VerifiedStatement) -> Vec<Claim> {
    Vec::new()
}
/// t
pub fn blocked(_: &'static Check) -> Vec<Finding> {
    Vec::new()
}
