//! X.509 certificates, chains of them, revocation lists and the pinned roots.
//!
//! x509-parser is wrapped here once; nothing else names it.

pub(crate) mod dated;

pub mod anchors;
pub mod build_keys;
mod cert;
mod crl;
mod key;
mod pem;
mod signed;

pub(crate) use cert::SubjectName;
pub(crate) use cert::name;
pub(crate) use cert::rsa_public_key;
pub use cert::{Cert, Extension, KeyKind};
pub use crl::Crl;
pub use key::PublicKey;
pub use pem::{pem_blocks, pem_certificates};
pub use signed::{PssHash, SignatureAlgorithm};
