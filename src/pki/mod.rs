//! X.509 certificates, chains of them, revocation lists and the pinned roots.
//!
//! x509-parser is wrapped here once; nothing else names it.

pub mod anchors;
mod cert;
mod crl;
mod pem;
mod signed;

pub use cert::{Cert, Extension, KeyKind, SubjectName, rsa_public_key};
pub use crl::Crl;
pub use pem::{MAX_PEM, pem_blocks};
pub use signed::{PssHash, SignatureAlgorithm};
