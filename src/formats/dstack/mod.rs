//! What dstack's guest agent answers: a quote with its event log and what the agent says about the
//! guest, the attestation of a TDX or SEV-SNP guest, or a certificate that carries one of these.
//!
//! Apart from the quote or report nobody signs any of it. The answers `GetQuote` and `Info`, the
//! app-compose file and the image's file of measurements are compared with what the chip signed.
//!
//! # Root of trust
//! Intel or AMD. The issuer of a certificate, dstack's key service, is pinned nowhere: what a
//! certificate says beside its key is the issuer's word.
//!
//! Attestations of version 1 (MessagePack) are read by their public definition. No real one was at
//! hand to try.
//!
//! # Shows
//! - TDX: Intel's platform measured the machine, its log extends to the quote's registers, and
//!   before `system-ready` the guest's system logged the app-compose file at hand.
//! - SEV-SNP: AMD's chip measured the machine, and HOST_DATA is the hash of the document that names
//!   the application.
//! - A certificate: its key is the one that the guest had quoted.
//! - From dstack 0.6 on the host hands out what its image measures, and the registers are computed
//!   again from it.
//!
//! # Does not show
//! - Which image was started, unless the policy names it (`dstack.os-images`): otherwise the
//!   guest's log is the guest's own word.
//! - Which application, unless the policy names it (`dstack.compose-hashes`).
//! - The host's ACPI tables: their digests are taken from the log as they are.
//! - On SEV-SNP, anything in the log: no register holds it, so it is left aside.
//! - dstack's contracts. What an RPC provider says of them is in `registry`.
//!
//! # Steps
//! They have no numbers, except those of quote (T1 to T40) and report (S1 to S22). In the order of
//! the table: agent's registers and names, compose hash, host's configuration, key provider,
//! images, image's file, recomputed measurement, ACPI tables, image, application, certificate,
//! report data.
//!
//! # Files
//! `checks`, `parse` (one file a form), `verify` (the registers, computed again), `policy`,
//! `appraise` (one file a subject), `examine` (`quote`, `tdx`, `snp`, `certificate`; `files` beside
//! them).

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
