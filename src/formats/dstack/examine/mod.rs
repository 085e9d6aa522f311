//! What dstack's guest agent answers: a quote with its event log and what the agent says about the
//! guest, the attestation of a TDX or SEV-SNP guest, or a certificate that carries one of these.
//!
//! Shown, when every check passes: an Intel platform measured this machine, its log extends to the
//! quote's registers, and before `system-ready` the guest's system logged the app-compose file
//! that was handed in. An attestation of a TDX guest holds the quote, its log and the host's
//! `vm_config`; the agent's registers and names and the app-compose file stand beside it, or are
//! not there. For SEV-SNP: AMD's chip measured the machine, and HOST_DATA is the hash of
//! the document that names the application; no register holds the log there, so it is left aside.
//! For a certificate: its key is the one that the guest had quoted. The root of trust is Intel or
//! AMD; a certificate's issuer, dstack's key service, is pinned nowhere, and what the certificate
//! says beside its key is that issuer's word. When the host hands out what its image measures
//! (from dstack 0.6 on), the registers are computed again from it, and the chain ends where
//! somebody names the image: a policy (`dstack.os-images`), or nobody. ACPI tables are the host's,
//! and nobody compares them. Without such measurements the chain ends at the guest's system, whose
//! log is its own word. dstack's contracts are not read here; what an RPC provider says about an
//! app's contract stands beside.

mod certificate;
mod files;
mod quote;
mod snp;
mod tdx;

use serde::Deserialize;

use crate::wire::pasted;

pub(crate) use certificate::examine as examine_certificate;
pub(crate) use quote::{Quoted, examine};
pub(crate) use snp::examine as examine_snp;
pub(crate) use tdx::examine as examine_tdx;

/// An attestation in the JSON of the agent's answer, decoded.
pub(crate) fn attestation(input: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Attested {
        attestation: String,
    }
    let attested: Attested = serde_json::from_slice(input).ok()?;
    pasted::decoded(attested.attestation.as_bytes())
}
