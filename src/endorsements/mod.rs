//! Formats of statements that others sign about evidence. Parsing only: nothing in here is
//! believed.

pub mod sigstore;
