//! NEAR AI's attestation report: a gateway and the machines that serve a model, or one machine.
//!
//! Each machine gives a quote as dstack does, its keys, reports of its GPUs, and a list of what its
//! compose manager did. Apart from Intel's quotes and the GPUs' reports nobody signs any of it.
//!
//! # Root of trust
//! Intel, for GPUs NVIDIA.
//!
//! # Shows
//! Intel vouches for the processor of every machine in the report; each quote names the machine's
//! signing key, its TLS key where one is stated, and the question; dstack's measured log names the
//! app-compose file; NVIDIA vouches for each Hopper GPU whose evidence came along, and the GPU
//! answered the same question.
//!
//! # Does not show
//! - The guest's system, whose measurement is not computed again: the chain ends there, or at the
//!   source of the containers in the app-compose file when their signed builds are handed in.
//! - What a compose manager starts afterwards: the list is the manager's own (`near.actions`).
//! - Which machine a GPU is in: nothing ties the two beyond the question.
//! - Which model runs: the service's word.
//!
//! A signature over one request and its response, which the service hands out for each answer, may lie
//! beside the report: then the key that a quote names signed these two hashes. What it is that the key
//! signs, the machine's software decides.
//!
//! The format is read from NEAR AI's public code and tested on generated reports only.
//!
//! # Steps
//! They have no numbers, except those of quotes (T1 to T40). In the order of the table: form,
//! report data, nonce, one nonce for all, signing key, TLS key, GPUs, manager, actions, key for
//! Oblivious HTTP.
//!
//! # Files
//! `checks`, `parse`, `verify` (keys and questions against the quotes), `policy`, `appraise`
//! (the bodies of a signed response), `examine`
//! (`machine`: one machine; `images`: from containers to their source).

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
