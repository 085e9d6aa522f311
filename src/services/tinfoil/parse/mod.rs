//! Tinfoil's attestation bundle (`https://atc.tinfoil.sh/attestation`): an SEV-SNP report, the
//! chip's certificate, the certificate of the TLS connection and a Sigstore bundle.

mod bundle;
mod config;
mod predicate;

pub(crate) use bundle::{Bundle, live};
pub(crate) use config::image_references;
pub(crate) use predicate::{Predicate, TYPE as PREDICATE_TYPE};
