//! Quotes of a cloud provider's virtual TPM, as go-tpm-tools packs them.
//!
//! Google runs a TPM in software for each machine: plain SEV, Shielded VM, or a machine with
//! nothing else to show. The TPM signs the values of its registers and a nonce. The logs of
//! firmware and launcher lie in the same file.
//!
//! # Root of trust
//! Google: the pinned roots of its TPM certificates. Google makes the TPM and runs it, so the level
//! is A2 at most, and the check `tpm.provider` warns of it.
//!
//! # Shows
//! Google's root vouches for the TPM's key; the key signed these registers; the firmware's log, and
//! the launcher's where there is one, extend to them. The chain ends at the command line and
//! container that were measured.
//!
//! # Does not show
//! - That memory is encrypted, or that any chip took part.
//! - That a certificate was not revoked, unless Google's revocation lists are at hand.
//! - Who built the container.
//!
//! # Steps
//! They have no numbers. In the order of the table: provider, root, chain (role, signature,
//! validity, revocation), key, quote (form, signer, signature, registers, agreement of the banks),
//! nonce, secure boot. Logs are checked by `eventlog`.
//!
//! # Files
//! `checks`, `parse` (`structures` of the TPM, `attestation` of go-tpm-tools), `verify` (`chain`,
//! `quote`), `policy`, `appraise`, `wanted` (Google's revocation lists), `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
pub(crate) mod wanted;
