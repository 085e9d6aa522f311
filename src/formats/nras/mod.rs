//! Tokens of NVIDIA's remote attestation service: one about all GPUs, and one about each.
//!
//! The service compares reports of GPUs with NVIDIA's references itself and answers `[["JWT", ALL],
//! {"GPU-0": ONE, ...}]`. The room stands on `token`, whose checks of signature, issuer, time and
//! key apply to each of the tokens.
//!
//! # Root of trust
//! NVIDIA's service: a statement, A1 at most, also where the policy names the key. No chain stands
//! above its key. Whose key signed is shown by a list that this process fetched from NVIDIA's own
//! address, or by the policy. A list that was handed in vouches for nothing.
//!
//! # Shows
//! NVIDIA's service says of these GPUs what the tokens state, and the token about all names each
//! GPU's token by its digest.
//!
//! # Does not show
//! - That what the service says is so: no report of a GPU is in the tokens.
//! - Which machine the GPUs are in (`nras.machine`).
//!
//! # Steps
//! They have no numbers. In the order of the table: devices by digest, the service's overall
//! result, claims of each GPU, measurements, secure boot, debug, one nonce for all, machine.
//!
//! # Files
//! `checks`, `parse` (the answer), `verify` (signatures, and which token names which), `appraise`,
//! `examine`. The policy is that of `token`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod verify;
