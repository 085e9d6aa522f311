//! One Sigstore bundle for one artifact and one signer, without a policy: the question that the
//! Sigstore conformance suite asks.

pub use super::verify::Artifact;
pub use super::verify::conformance::{Signer, verify_bundle};

/// The keys of Sigstore's staging instance (`trusted_root.json`). What they sign is for tests.
pub const STAGING_ROOT: &str = sigstore_trust_root::SIGSTORE_STAGING_TRUSTED_ROOT;
