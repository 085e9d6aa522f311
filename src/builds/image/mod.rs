//! Container images: from a running digest over manifest and index to signed builds.
//!
//! A digest comes from evidence that another room verified, or from what the reader asks about.
//! Manifest and index lie beside it, byte for byte, and so do signed builds.
//!
//! # Root of trust
//! None of its own. A registry serves bytes under a digest of their own, so it does not matter who
//! supplied the documents.
//!
//! # Shows
//! These bytes are the manifest that the evidence names; this index lists the manifest; this signed
//! build is about one of the two digests. `oci.subject` joins image and build.
//!
//! # Does not show
//! - That anybody vouches for an index: only that its bytes list the manifest.
//! - What a tag points to: an image named by a tag is a gap, and a warning says so.
//! - Documents and builds about another image decide nothing.
//!
//! # Steps
//! Those with a number are step 1.7 of Sigstore's checklist: the subject of a signed statement. In
//! the order of the table: reference, manifest, index, platform, further documents, subject.
//!
//! # Files
//! `checks`, `parse` (indexes, manifests, references), `reference` (images as configurations name
//! them), `verify` (which digests name one image), `artifact` (what a build has to be about),
//! `builds` (the signed statements about one image), `follow` (from the digest to the source),
//! `examine` (a signed build as the evidence).

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
