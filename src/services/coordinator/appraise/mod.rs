//! A coordinator's attestation: what its evidence covers, and which image the machine runs.
//!
//! # Which image, and who says so
//! Evidence of a chip measures a machine. That the machine runs a certain image is shown in one of
//! two ways, and in no other:
//! - the launch measurement covers the whole image, and a signed reference value says that this
//!   measurement is that image's (its role is `workload`);
//! - the launch measurement covers a launcher that a signed reference value or the policy names,
//!   and the launcher's event log, replayed into a register of the quote, names the image. Without
//!   the first half the second shows nothing: any software may extend that register.
//!
//! `workload.manifest_digest` of the binding is neither. Evidence covers the binding, so software
//! in the measured machine did state it; but which software that is, is the question. The statement
//! is compared with the image that was shown, and can only contradict it.
//!
//! Who signs a reference value decides what it is worth. A measurement of anyone's machine can be
//! signed by anyone as that of a well-known image. So the signer must be the builder of the image:
//! the same repository by name and number, under the same policy, or one that the policy names for
//! launchers.

pub(crate) mod answer;
pub mod binding;
pub(crate) mod darkbloom;
pub(crate) mod image;
pub(crate) mod keys;
pub(crate) mod recorded;
pub(crate) mod stated;

pub(crate) use answer::published;
pub use image::{Launched, Reference};
pub(crate) use keys::Published;
