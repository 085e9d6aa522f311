//! Attestation reports of NVIDIA GPUs of the Hopper and Blackwell generations, and of NVSwitches
//! (SPDM).
//!
//! The device's firmware signs its measurements after a nonce in the request. The chain of
//! certificates lies beside the report, or with it in the JSON of NVIDIA's SDK.
//!
//! # Root of trust
//! NVIDIA: the pinned root of device identity. Reference values have a root of NVIDIA's of their own,
//! pinned too.
//!
//! # Shows
//! NVIDIA vouches for the device's key; the key signed this report after the nonce in it was
//! chosen; the firmware that holds the key is the one that the certificate names, where the report
//! names it.
//!
//! # Does not show
//! - What the measurements stand for, unless NVIDIA's reference values for the driver and for the
//!   firmware lie beside (`gpu.reference`, `gpu.measurements`). Each says which measurements are
//!   compared; about the others nobody says anything. Values for another version are about something
//!   else, and their signer's certificate has to be valid at the asked time.
//! - That no certificate was revoked, unless answers of NVIDIA's revocation service (OCSP) lie beside
//!   (`gpu.chain.revocation`). Whether whoever signed an answer for the issuer was revoked itself is
//!   not asked.
//! - Which machine the device is in (`gpu.machine`). The chain ends at the report.
//! - Anything that stands behind the signed bytes (`gpu.trailing`).
//!
//! # Steps
//! They have no numbers. In the order of the table: root, chain (role, signature, validity,
//! revocation), report (signature, firmware's identity, trailing bytes), reference values,
//! measurements, nonce, machine.
//!
//! # Files
//! `checks`, `parse` (the report; `opaque` reads the data that NVIDIA defines, `evidence` the JSON
//! around several reports, `manifest` reference values), `verify` (the report; `manifest`), `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
