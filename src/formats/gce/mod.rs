//! Google's endorsements of its virtual firmware.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub mod policy;
pub(crate) mod verify;
pub(crate) mod wanted;
