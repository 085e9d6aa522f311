//! Evidence of Azure confidential VMs on SEV-SNP: AMD's report, and a quote of the paravisor's
//! virtual TPM.
//!
//! The processor measures Microsoft's paravisor. The paravisor runs a TPM and has the processor
//! sign the hash of the TPM's key. The TPM signs the guest's registers and the nonce. The JSON is
//! that of Confidential Containers' attester.
//!
//! # Root of trust
//! AMD for the report. Everything that the TPM says is the word of the paravisor, which Microsoft
//! makes and the report measures.
//!
//! # Shows
//! AMD vouches for the processor; its report, asked for at VMPL 0, names the TPM's key; the key
//! signed the registers, and the question where it is known.
//!
//! # Does not show
//! - Which image the guest runs: the measurement is the paravisor's and no guest's. The level is A3
//!   at most.
//! - That the paravisor tells the truth about the guest, unless the policy names its measurement.
//!
//! # Steps
//! They have no numbers, except those of the report (S1 to S22, in `snp`). In the order of the
//! table: runtime data, VMPL, key, quote (form, signature, registers), nonce, paravisor, boot,
//! secure boot.
//!
//! # Files
//! `checks`, `parse`, `verify` (from the report to the registers), `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
