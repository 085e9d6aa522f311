//! Evidence of a TPM: quotes, the public part of the key that signs them, and the attestation that
//! go-tpm-tools puts them in. Numbers of the TPM are big-endian.

mod attestation;
mod structures;

pub use attestation::{Attestation, Bank, Quote, TeePart};
pub use structures::{Attest, Key, Public, Scheme, Signature};
