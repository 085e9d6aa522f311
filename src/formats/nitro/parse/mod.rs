//! Attestation documents of AWS Nitro enclaves: COSE_Sign1 (RFC 9052) around a CBOR map (AWS Nitro
//! Enclaves NSM API, `docs/attestation_process.md`).

mod document;
mod dstack;
mod fields;

pub(crate) use document::{Document, Located};
pub(crate) use dstack::of_dstack;
pub(crate) use fields::fields;
