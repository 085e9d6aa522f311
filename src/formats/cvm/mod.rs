//! Envelopes of CVM Attestation v1 (`tag:confidential.ai,2026:cvm#1`): a report or quote, and what
//! goes with it, in one JSON that nobody signed.
//!
//! Every byte that counts is signed by somebody else: AMD or Intel for the processor's word, the
//! paravisor's TPM on Azure, NVIDIA for devices. The envelope says which question was asked and
//! which key the question was asked for; both are compared with what was signed.
//!
//! # Root of trust
//! AMD or Intel, as of the report or quote in it. On Azure what the TPM says is the paravisor's
//! word, and the chain ends there (`azure`).
//!
//! # Shows
//! What the evidence in it shows, by its own checks. Beside them: the report, quote or TPM answers
//! the envelope's question, and names its key where there is one; the registers that the envelope
//! states are the signed ones; what it says of the processor is so; each device answers the same
//! question.
//!
//! # Does not show
//! - That the question was the reader's, or the key that of the reader's connection: the policy
//!   names both (`cvm.nonce`, `cvm.key`). The envelope brings its own.
//! - Who runs the guest: `hosting` is the envelope's word, and chooses nothing but the form.
//! - That the devices are in the same machine: they answered the same question.
//! - On SEV-SNP, what happened after the launch: software registers (`commitment`) are not read,
//!   and such a binding stays open.
//!
//! Arm CCA, CBOR and reports of configfs-tsm in JSON are named and not read; logs in the TCG's
//! canonical form stay open. Devices are checked by NVIDIA's certificates here, and not by NVIDIA's
//! service. Written from the published specification (draft of 2026-09-22); no real envelope was at
//! hand, so it was tried on generated ones only.
//!
//! # Steps
//! They have no numbers. In the order of the table: platform, debugging, binding, the processor's
//! report on Azure, registers, devices' question; question, key.
//!
//! # Files
//! `checks`, `parse` (`endorsements` for what lies in the envelope beside the report), `verify`,
//! `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub mod policy;
pub(crate) mod verify;
