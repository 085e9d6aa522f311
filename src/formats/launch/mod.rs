//! The launch measurement of an SEV-SNP guest, computed from its firmware image and a description
//! of the launch.
//!
//! A reader hands in the firmware (OVMF) and a JSON description of this project's own form: kernel
//! hashes, command line, processors, machine monitor. The measurement is computed as the chip's
//! firmware would.
//!
//! # Root of trust
//! None. The reader vouches for the files; nobody signed them.
//!
//! # Shows
//! Beside a report: the report's measurement is that of exactly this launch. On its own: a value
//! for comparing by hand, and no link of the chain.
//!
//! # Does not show
//! - That anybody should start this launch, or who built firmware and kernel.
//! - What a guest reads after its launch.
//!
//! # Steps
//! One check, `launch.recomputed`, without a number. The order of pages is that of QEMU and EC2;
//! AMD's document 56860 says how each page extends the digest.
//!
//! # Files
//! `checks`, `parse` (the firmware image; `table` at its end; `description`), `verify` (the digest;
//! `hashes` is the page with the kernel's hashes, `save_area` a processor's first state),
//! `measured` (what was measured, by whichever hardware), `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod measured;
pub mod parse;
pub(crate) mod verify;
