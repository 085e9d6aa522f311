//! Parsing of endorsements: what third parties say about evidence. Nothing here is believed.

pub mod amd;
pub mod gcb;
pub mod intel;
pub mod oci;
pub mod sigstore;
