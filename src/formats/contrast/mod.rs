//! Contrast's manifest: what a deployment of Edgeless Systems' Contrast expects of its machines.
//!
//! A list of reference values beside an SEV-SNP report or a TDX quote, as the tool of whoever
//! deploys writes it (`manifest.json`). It never is the evidence by itself.
//!
//! # Root of trust
//! Nobody: the file carries no signature. Whoever hands it in says that it is the right one. The
//! chip's maker stays the root of the machine's own chain, and no level rises.
//!
//! # Shows
//! The processor measured a guest that the manifest lists, for this kind of processor; its firmware
//! is at least as new, its settings and its machine are as that entry says, and the configuration
//! that the host bound at launch is one of the manifest's.
//!
//! # Does not show
//! - That a Contrast coordinator uses this manifest, or still does: it hands out its own.
//! - What the listed measurements are: nobody here rebuilt the image.
//! - What the configuration says: the manifest has its hash alone. Only a guest that refuses
//!   another configuration makes the host's word count, and that guest is the measured one.
//! - Who may change the manifest: its owners' keys are not read.
//!
//! On TDX the hash of 32 bytes stands first in MRCONFIGID, and zeros behind it. AllowedPIIDs is not
//! read. No real manifest was at hand beside a report of its machine: written from Contrast's
//! documentation, and tried on generated files.
//!
//! # Steps
//! They have no numbers. In the order of the table: measurement, firmware versions (SEV-SNP), module
//! (TDX), settings, machine, configuration. Each of the first five is held against those entries
//! that all earlier ones left.
//!
//! # Files
//! `checks`, `parse`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
