//! The Update Framework: how Sigstore's keys are renewed.

pub mod checks;
pub mod parse;
pub mod verify;
pub mod wanted;

use crate::piece::Role;

/// What The Update Framework's client reads.
pub(crate) const ROLES: &[Role] = &[Role::TufMetadata, Role::TrustedRoot];
