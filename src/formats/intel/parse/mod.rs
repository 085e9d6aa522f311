//! Intel DCAP quotes of SGX enclaves and TDX guests (Intel SGX ECDSA Quote Library API, appendix
//! A, for version 3; Intel TDX DCAP Quoting Library API, appendix A, for versions 4 and 5). All
//! numbers are little-endian; keys and signatures are big-endian.

pub mod collateral;
pub(crate) mod signature;

pub(crate) mod bits;
mod body;
mod fields;
mod guest_evidence;
pub mod place;
mod quote;

pub use body::{Body, EnclaveReport, Relaunch, TdExtension, TdReport};
pub use fields::fields;
pub(crate) use guest_evidence::GuestEvidence;
pub use quote::{Certification, PCK_CHAIN, Quote, QuoteVersion, Tee};
