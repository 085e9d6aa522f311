//! Tinfoil's attestation bundle (`https://atc.tinfoil.sh/attestation`): an SEV-SNP report, the
//! chip's certificate, the certificate of the TLS connection and a Sigstore bundle.

mod bundle;
mod config;
mod predicate;

pub use bundle::{Bundle, SNP_GUEST_V2};
pub use config::image_references;
pub use predicate::{Predicate, TYPE as PREDICATE_TYPE};
