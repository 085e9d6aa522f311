//! Tinfoil's attestation bundle (`https://atc.tinfoil.sh/attestation`), what each enclave answers
//! about itself, and what Tinfoil's workflows sign.

mod bundle;
mod config;
mod document;
mod hardware;
mod keys;
mod predicate;
mod witness;

pub(crate) use bundle::Bundle;
pub(crate) use config::image_references;
pub use document::Document;
pub use hardware::{Hardware, TYPE as HARDWARE_TYPE};
pub use keys::hpke_key;
pub(crate) use keys::{MEDIA_TYPE as KEYS_MEDIA_TYPE, PATH as KEYS_PATH};
pub(crate) use predicate::{Predicate, TYPE as PREDICATE_TYPE};
pub use witness::{TYPE as WITNESS_TYPE, Witness};
