//! Container images: from a running digest over manifest and index to signed builds.

pub(crate) mod artifact;
pub(crate) mod builds;
pub mod checks;
pub(crate) mod examine;
pub mod follow;
pub(crate) mod parse;
pub mod reference;
pub(crate) mod verify;

use crate::piece::Role;

/// What belongs to an image: its documents and its signed builds.
pub(crate) const ROLES: &[Role] = &[Role::ImageDocument, Role::SigstoreBundle, Role::CloudBuild];
