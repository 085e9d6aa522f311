//! The launch of an SEV-SNP guest, measured again from firmware and kernel.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod measured;
pub mod parse;
pub(crate) mod verify;
