//! The launch of an SEV-SNP guest, measured again from firmware and kernel.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod measured;
pub mod parse;
pub mod verify;
