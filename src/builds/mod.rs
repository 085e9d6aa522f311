//! Signed builds: who built what, from which source.
//!
//! Each room is one subject with the same furniture: `checks` (its table), `parse` (believes
//! nothing), `verify` (says who said it), `policy`, `appraise` (can only ask for more), `wanted`
//! (what would decide more) and `examine` (puts them together). Arrows point from later to earlier.

pub mod tuf;
pub mod sigstore;
pub mod provenance;
pub mod cloud_build;
pub mod image;
pub mod git;
