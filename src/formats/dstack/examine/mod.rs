//! What dstack's guest agent answers, put together.

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
    let attested: Attested = crate::json::read(input)?;
    pasted::decoded(attested.attestation.as_bytes())
}
