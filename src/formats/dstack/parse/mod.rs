//! What dstack's guest agent answers: a quote or a report with what dstack says about the guest
//! (`guest-agent/rpc/proto/agent_rpc.proto`). Apart from the quote or report itself nobody signs
//! any of it.

mod answer;
mod attestation;
mod certificate;
mod compose;
mod config;
mod measurement;
mod named;

pub(crate) use answer::ProviderInfo;
pub(crate) use answer::VmConfig;
pub use answer::{Answer, Ids, TcbInfo};
pub(crate) use attestation::SnpAttestation;
pub(crate) use attestation::TdxAttestation;
pub(crate) use attestation::nitro_document;
pub use attestation::{form, unread};
pub use certificate::Carried;
pub(crate) use certificate::RaTls;
pub use compose::AppCompose;
pub use config::{Document, KeyProvider, document_hash, mr_config_v1, mr_config_v2, mr_config_v3};
pub(crate) use measurement::Layout;
pub use measurement::Material;
pub(crate) use measurement::SnpImage;
pub(crate) use measurement::TdxImage;
