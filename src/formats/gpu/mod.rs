//! NVIDIA GPU reports (SPDM), under NVIDIA's root.

pub mod appraise;
pub mod checks;
pub mod examine;
pub mod parse;
pub mod policy;
pub mod verify;
