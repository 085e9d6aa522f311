//! Event logs (TCG, CEL, dstack's), replayed to registers.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub mod verify;
