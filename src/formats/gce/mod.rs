//! Google's endorsement of the firmware that its machines start with (`VMLaunchEndorsement`).
//!
//! A signed list of launch measurements, beside a TDX quote or an SEV-SNP report. It never is the
//! evidence by itself.
//!
//! # Root of trust
//! A root certificate that the reader's policy names (`google-firmware`, `roots`); no copy comes
//! with the verifier. The chip's maker stays the root of the machine's own chain.
//!
//! # Shows
//! A key below the named root signed this list, and the measurement that the processor reported
//! (MRTD or MEASUREMENT) is in it. So the firmware is Google's, as far as the named root is
//! Google's.
//!
//! # Does not show
//! - That the named root is Google's: the policy's word alone.
//! - That no certificate was revoked: Google publishes no list for this authority.
//! - The kernel, the workload and the TDX module: the endorsement ends at the firmware.
//! - That Google's firmware does what it should: Google vouches for its own firmware.
//!
//! No real endorsement was at hand when the room was built: it follows Google's published format
//! and was tried on simulated endorsements.
//!
//! # Steps
//! They have no numbers. In the order of the table: form, root, chain (role, signature, validity),
//! signature, measurement.
//!
//! # Files
//! `checks`, `parse`, `verify`, `policy`, `appraise`, `wanted` (what Google serves), `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub mod policy;
pub(crate) mod verify;
pub(crate) mod wanted;
