//! A simulated Sigstore: Fulcio, a certificate transparency log and Rekor.

mod fulcio;
mod trusted_root;

pub use fulcio::{intermediate, root};
pub use trusted_root::trusted_root;
