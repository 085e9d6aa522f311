//! A simulated Sigstore: Fulcio, a certificate transparency log, Rekor v1, and bundles.

mod build;
mod bundle;
mod fulcio;
mod log;
mod trusted_root;

pub use build::Build;
pub use bundle::{BundleSpec, Content, IN_TOTO, pre_authentication_encoding};
pub use fulcio::{Issuer, LeafSpec, Sct, intermediate, root};
pub use log::{EntrySpec, InclusionProof, LOG_SIZE, Set};
pub use trusted_root::trusted_root;
