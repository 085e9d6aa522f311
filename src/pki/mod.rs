//! X.509 certificates, chains of them, revocation lists and the pinned roots.
//!
//! x509-parser is wrapped here once; nothing else names it.

pub(crate) mod chain;

pub mod anchors;
pub mod build_keys;
mod cert;
mod crl;
mod ocsp;
mod fields;
mod key;
mod name;
pub mod named;
mod pem;
mod signed;

pub use cert::{Cert, Extension, KeyKind, rsa_public_key};
pub use crl::Crl;
pub use key::PublicKey;
pub(crate) use name::name;
pub use ocsp::{Answer as OcspAnswer, Ocsp, Status as OcspStatus};
pub use pem::{pem_blocks, pem_certificates};
pub use signed::{PssHash, SignatureAlgorithm};
