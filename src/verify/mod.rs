//! Authenticity: who said what the evidence says. No opinion on the values.
//!
//! Each function returns an [`Examined`](crate::finding::Examined): every finding, and a value of
//! a `Verified*` type only when the promise of that type holds. Those types have no public
//! constructor.

pub mod azure;
pub mod dcap;
pub mod dstack;
pub mod eigencompute;
pub mod eventlog;
pub mod gcb;
pub mod gce;
pub mod git;
pub mod gpu;
pub mod near;
pub mod nitro;
pub mod oci;
pub mod sigstore;
pub mod snp;
pub mod token;
pub mod tpm;
pub mod tuf;
mod x509;
