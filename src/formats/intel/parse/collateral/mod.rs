//! Intel's collateral for SGX and TDX quotes, in the forms in which it travels.
//!
//! Everything is untrusted input. What Intel signed is kept byte for byte.

mod chain;
mod files;
mod pck;
mod qe_identity;
mod status;
mod tcb_info;
mod text;

use crate::error::Error;

pub use files::{Chain, Part, parts};
pub use pck::{Configuration, PckExtension, SgxType};
pub use qe_identity::{QeId, QeIdentity};
pub use status::TcbStatus;
pub use tcb_info::{ModuleIdentity, ModuleMeasurement, SvnLevel, TcbId, TcbInfo, TcbLevel};

/// The largest file of collateral that is read, in bytes.
pub const MAX_FILE: usize = 1024 * 1024;

fn cap(what: &'static str, file: &[u8]) -> Result<(), Error> {
    Error::cap(what, file.len(), MAX_FILE)
}

/// The version that a signed statement gives itself, before anything else of it is read.
fn version(what: &'static str, json: &[u8]) -> Result<u32, Error> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }
    crate::json::borrowed::<Versioned>(what, json).map(|statement| statement.version)
}

/// Intel's statements about a platform, as far as they were supplied. Every part that is `None`
/// leaves exactly the checks undecided that need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collateral {
    /// The signed TCB info.
    pub tcb_info: Option<Signed>,
    /// The signed identity of the quoting enclave.
    pub qe_identity: Option<Signed>,
    /// The revocation list of the root, DER.
    pub root_crl: Option<Vec<u8>>,
    /// The revocation list of the authority that issued the PCK certificate, DER.
    pub pck_crl: Option<Vec<u8>>,
    /// The issuer of the PCK certificate and the root, each DER.
    pub pck_issuer_chain: Option<Vec<Vec<u8>>>,
    /// The PCK certificate, its issuer and the root, each DER; only needed for quotes that do not
    /// carry them.
    pub pck_chain: Option<Vec<Vec<u8>>>,
}

/// Bytes that Intel signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signed JSON, as received.
    pub bytes: Vec<u8>,
    /// ECDSA P-256 with SHA-256: R, then S, big-endian.
    pub signature: [u8; 64],
    /// The signer's certificate and the root, each DER.
    pub chain: Option<Vec<Vec<u8>>>,
}

impl Collateral {
    /// Reads files in any order, each of them one of:
    /// - `QuoteCollateralV3` as JSON: strings `tcb_info`, `tcb_info_signature`,
    ///   `tcb_info_issuer_chain`, `qe_identity` and so on, with revocation lists in hex (the form
    ///   of the `dcap-qvl` package);
    /// - the same object with revocation lists in base64, or in a member `collateral`, `tdx` or
    ///   `sgx`; `tcb_info` and `qe_identity` may be whole answers of Intel's service with their
    ///   signature inside;
    /// - an answer of Intel's service, `{"tcbInfo": {...}, "signature": "..."}` or
    ///   `{"enclaveIdentity": {...}, "signature": "..."}`, alone or with its HTTP headers as
    ///   `{"headers": {...}, "body": ...}`, where issuer chains are URL-encoded PEM;
    /// - a revocation list in DER, PEM, hex (as caching services give it) or base64;
    /// - certificates in DER or PEM: a signer's, a PCK certificate's or an issuer's chain.
    ///
    /// # Errors
    /// When a file is none of these, is larger than [`MAX_FILE`], or two files say different
    /// things about the same part.
    pub fn from_files(files: &[&[u8]]) -> Result<Self, Error> {
        files::read(files)
    }

    /// These parts, and those of `other` where one is missing here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            tcb_info: self.tcb_info.or(other.tcb_info),
            qe_identity: self.qe_identity.or(other.qe_identity),
            root_crl: self.root_crl.or(other.root_crl),
            pck_crl: self.pck_crl.or(other.pck_crl),
            pck_issuer_chain: self.pck_issuer_chain.or(other.pck_issuer_chain),
            pck_chain: self.pck_chain.or(other.pck_chain),
        }
    }

    /// Whether nothing was supplied.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
