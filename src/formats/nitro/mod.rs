//! Attestation documents of AWS Nitro enclaves: COSE around CBOR, alone or inside dstack's
//! attestation.
//!
//! AWS's hypervisor signs the digests of the image that an enclave was started from, and what the
//! enclave chose to name: a key, user data, a nonce.
//!
//! # Root of trust
//! AWS: the pinned root of Nitro enclaves. AWS makes the machine, runs it, measures the enclave and
//! signs. No key of a chip maker takes part, so the evidence is a cloud provider's word, A2 at
//! best.
//!
//! # Shows
//! AWS signed these values at the document's own time, among them PCR0 to PCR2 and whether the
//! enclave is in debug mode. The chain ends at PCR0.
//!
//! # Does not show
//! - Which image PCR0 is, unless the policy has reference values; nor which source it was built
//!   from.
//! - That no certificate was revoked: AWS tells verifiers not to use the lists that the
//!   certificates name.
//! - That the document is fresh, unless the policy says how old it may be or a nonce is known. Its
//!   certificates live for hours, so the chain is verified for the document's own time, which AWS
//!   signed.
//!
//! # Steps
//! They have no numbers. In the order of the table: chain, pinned root, authorities (role,
//! signature, validity), the enclave's certificate, the document (algorithm, signature, time),
//! nonce, debug mode, image, registers, user data, public key.
//!
//! # Files
//! `checks`, `parse` (`document`, and `dstack` around it), `verify`, `policy`, `appraise`,
//! `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
