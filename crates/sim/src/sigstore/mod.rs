//! Simulated Sigstore instances: Fulcio, a certificate transparency log, Rekor v1 and v2, a
//! timestamp authority, and bundles; and an instance without logs, like GitHub's own.

mod build;
mod bundle;
mod fulcio;
mod log;
mod timestamp;
mod trusted_root;

pub use build::Build;
pub use bundle::{BundleSpec, Content, IN_TOTO, Material, pre_authentication_encoding};
pub use fulcio::{
    Issuer, LeafSpec, Sct, github_intermediate, github_root, intermediate, intermediate_with, root,
};
pub use log::{EntrySpec, InclusionProof, LOG_SIZE, LogLine, Rekor, Set, log_id};
pub use timestamp::{
    DATA, Names, TIME_STAMPING, TST_INFO, TokenSpec, timestamp_authority, timestamp_root,
};
pub use trusted_root::{TrustedRootSpec, trusted_root, trusted_root_github};
