//! Who does the work behind a coordinator: its public feed of providers
//! (`GET /v1/providers/attestation`), and the certificate of one provider's process (`private-v2`).
//!
//! Neither is signed as a whole. A row of the feed may bring Apple's certificates about one device;
//! everything else in it is the coordinator's word.
//!
//! # Root of trust
//! Three, and none stands for another: Apple's root for what Apple says about a device; the
//! provider's own key for what its process says; the coordinator for the rest. What the coordinator
//! says counts as much as the coordinator's own attestation, which is asked for elsewhere, and never
//! more. A1 at best.
//!
//! # Shows
//! Apple's word about the device of each row with certificates; that the managing server, which is
//! the coordinator's, asked about the row's key; where a row contradicts its own certificate, and
//! where two rows share a device, a certificate or a key. Of a process: that the holder of the
//! provider's key signed exactly this text.
//!
//! # Does not show
//! - Which program runs on a device: no row says so, and a process certificate has the process's
//!   own word for it.
//! - That the key lives in that device, so that a prompt reaches it, or that it served a request.
//! - Anything about a row without certificates, which is what the feed has published since
//!   September 2026.
//!
//! Formats as in the public code of Layr-Labs/d-inference at commits e515244 (feed) and 12adcfe
//! (process), tested on generated files only. Serial numbers are masked.
//!
//! # Steps
//! They have no numbers. Feed: device, agreement, what the coordinator says of it, repetitions,
//! the rest's source, program. Process: transcript, signature, agreement, time, program.
//!
//! # Files
//! `checks`, `parse` (`feed`, `process`), `verify` (the process's signature), `policy`, `appraise`
//! (`agreement`: a row against its certificate; `repeated`: rows against each other), `examine`
//! (`feed`, `process`; `merge` puts what is the same of many rows together).

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
