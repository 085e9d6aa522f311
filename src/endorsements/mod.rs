//! Parsing of endorsements: what third parties say about evidence. Nothing here is believed.

pub mod amd;
pub mod gcb;
pub mod git;
pub mod github;
pub mod google;
pub mod intel;
pub mod jwks;
pub mod launch;
pub mod oci;
pub mod registry;
pub mod sigstore;
pub mod tuf;
