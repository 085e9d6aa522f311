//! Authenticity: who said what the evidence says. No opinion on the values.
//!
//! Each function returns an [`Examined`](crate::finding::Examined): every finding, and a value of
//! a `Verified*` type only when the promise of that type holds. Those types have no public
//! constructor.

pub mod dcap;
pub mod eventlog;
pub mod gpu;
pub mod sigstore;
pub mod snp;
pub mod token;
