//! Google's endorsements of its virtual firmware.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
pub mod wanted;
