//! Container images: from a running digest over manifest and index to signed builds.

pub mod artifact;
pub mod builds;
pub mod checks;
pub mod examine;
pub mod follow;
pub mod parse;
pub mod reference;
pub mod verify;

use crate::piece::Role;

/// What belongs to an image: its documents and its signed builds.
pub(crate) const ROLES: &[Role] = &[Role::ImageDocument, Role::SigstoreBundle, Role::CloudBuild];
