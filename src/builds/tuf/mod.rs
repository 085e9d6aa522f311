//! The Update Framework: how Sigstore's keys are renewed.

pub mod checks;
pub(crate) mod parse;
pub mod verify;
pub(crate) mod wanted;

use crate::piece::Role;

/// What The Update Framework's client reads.
pub(crate) const ROLES: &[Role] = &[Role::TufMetadata, Role::TrustedRoot];
