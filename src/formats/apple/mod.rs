//! Apple's certificates about managed devices (Managed Device Attestation): a chain of X.509, leaf
//! first.
//!
//! A server that manages devices asks an Apple device, Apple's servers answer with a certificate.
//! Its extensions name the device, its system, and up to 32 bytes that the asking server chose.
//!
//! # Root of trust
//! Apple: the pinned Enterprise Attestation root. Apple's servers say something about a device; no
//! chip signs a measurement, so the evidence is a statement, A1 at best.
//!
//! # Shows
//! Apple says: a genuine Apple device with this serial number, board and versions; whether System
//! Integrity Protection, full secure boot and third-party kernel extensions were on when the
//! certificate was made; and that some managing server chose these bytes.
//!
//! # Does not show
//! - Any program: nothing in the certificate is about one.
//! - That a key whose hash the server chose lives in the device, or that the device answers anyone.
//! - Who manages the device, and how the device is set up now.
//! - That no certificate was withdrawn: Apple publishes no list for these.
//!
//! Serial numbers and UDIDs are personal data: all but their last four letters are masked, and the
//! bytes of a device's certificate are not part of the report.
//!
//! # Steps
//! They have no numbers. In the order of the table: chain, pinned root, roles, signatures, validity,
//! revocation, System Integrity Protection, secure boot, kernel extensions, key.
//!
//! # Files
//! `checks`, `parse` (extensions by their encodings), `verify`, `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
