//! What dstack's guest agent answers: a quote or a report with what dstack says about the guest
//! (`guest-agent/rpc/proto/agent_rpc.proto`). Apart from the quote or report itself nobody signs
//! any of it.

mod answer;
mod attestation;
mod certificate;
mod compose;
mod config;
mod measurement;

pub use answer::{Answer, Ids, ProviderInfo, TcbInfo, VmConfig};
pub use attestation::{SnpAttestation, TdxAttestation, form, unread};
pub use certificate::{Carried, RaTls};
pub use compose::AppCompose;
pub use config::{Document, KeyProvider, document_hash, mr_config_v1, mr_config_v2, mr_config_v3};
pub use measurement::{Layout, Material, SnpImage, TdxImage};
