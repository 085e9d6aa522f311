//! Evidence of Azure confidential VMs on SEV-SNP and on TDX: the processor's word, and a quote of
//! the paravisor's virtual TPM.
//!
//! The processor measures Microsoft's paravisor. The paravisor runs a TPM and has the processor
//! sign the hash of the TPM's key. The TPM signs the guest's registers and the nonce. The JSON is
//! that of Confidential Containers' attesters in every version, and attested-tls's (also in YAML).
//!
//! On SEV-SNP the paravisor's report has AMD's signed report in it. On TDX it has a TD report in
//! it, which only its own processor can check: Intel's signed quote of it lies beside.
//!
//! # Root of trust
//! AMD for the report, Intel for the quote. Everything that the TPM says is the word of the
//! paravisor, which Microsoft makes and the processor measures.
//!
//! # Shows
//! AMD or Intel vouches for the processor; its word names the TPM's key, and on SEV-SNP was asked
//! for at VMPL 0; the key signed the registers, and the question where it is known.
//!
//! # Does not show
//! - Which image the guest runs: the measurement is the paravisor's and no guest's. The level is A3
//!   at most.
//! - That the paravisor tells the truth about the guest, unless the policy names its measurement.
//!   On TDX nothing else says that a paravisor asked, and not the guest itself.
//! - That Microsoft issued the certificate of the TPM's key: no root for it is pinned. The
//!   certificate has to be about the key, and nothing rests on it.
//!
//! # Steps
//! They have no numbers, except those of the report (S1 to S22, in `snp`) and the quote (T1 to T40,
//! in `intel`). In the order of the table: runtime data, VMPL (SEV-SNP) or TD report (TDX), key,
//! quote (form, signature, registers), certificate and its issuer, paravisor, nonce, the guest's
//! own data, boot, secure boot.
//!
//! # Files
//! `checks`, `parse` (`evidence`, `yaml`, `hcl` for the paravisor's report), `verify` (from the
//! processor's word to the registers; `certificate`), `policy`, `appraise`, `examine`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;
pub(crate) mod verify;
