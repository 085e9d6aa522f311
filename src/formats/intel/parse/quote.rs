//! The quote: header, body, signature and what certifies the signing key.

use super::body::{Body, EnclaveReport};
use crate::span::Span;

/// The quote's format version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuoteVersion {
    /// SGX only.
    V3,
    /// TDX 1.0, and SGX.
    V4,
    /// With a body descriptor: SGX, TDX 1.0, 1.5 and later.
    V5,
}

impl QuoteVersion {
    /// The number in the quote.
    pub const fn number(self) -> u16 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

/// What kind of trusted execution environment was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tee {
    /// An SGX enclave (type 0).
    Sgx,
    /// A TDX guest (type 0x81).
    Tdx,
}

impl Tee {
    /// The technology's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sgx => "SGX",
            Self::Tdx => "TDX",
        }
    }
}

/// The certification data type that carries the PCK certificate chain as PEM.
pub const PCK_CHAIN: u16 = 5;

/// What names or certifies the platform's PCK key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certification<'a> {
    /// The type: [`PCK_CHAIN`] is the PEM chain; 1 to 3 are forms of the platform's id, for which
    /// the PCK certificate must be supplied from elsewhere.
    pub kind: u16,
    /// The data.
    pub data: &'a [u8],
    /// Where the data is in the quote.
    pub span: Span,
}

/// A quote as parsed. Nothing in it is believed; no signature has been looked at.
#[derive(Clone, Debug)]
pub struct Quote<'a> {
    /// The bytes as received, with trailing bytes. Never a quote's identity: trailing bytes are
    /// not signed.
    pub bytes: &'a [u8],
    /// Format version.
    pub version: QuoteVersion,
    /// Kind of environment.
    pub tee: Tee,
    /// Type of the attestation key: 2 is ECDSA P-256; others are not parsed.
    pub attestation_key_type: u16,
    /// Security version of the quoting enclave, by its own word (zero in version 4 and 5).
    pub qe_svn: u16,
    /// Security version of the provisioning certification enclave, by the quote's word.
    pub pce_svn: u16,
    /// Who made the quoting enclave.
    pub vendor_id: [u8; 16],
    /// 20 bytes of the quoting enclave.
    pub user_data: [u8; 20],
    /// The quoted enclave or guest.
    pub body: Body,
    /// Where the body is.
    pub(crate) body_span: Span,
    /// What the quote's signature covers: header, body descriptor, body.
    pub signed: Span,
    /// Signature by the attestation key over `signed`: R, then S, 32 bytes each.
    pub signature: [u8; 64],
    /// Where the signature is.
    pub signature_span: Span,
    /// The attestation key: X, then Y, 32 bytes each.
    pub attestation_key: [u8; 64],
    /// Where the attestation key is.
    pub attestation_key_span: Span,
    /// The quoting enclave's own report.
    pub qe_report: EnclaveReport,
    /// Where that report is: what the PCK key signed.
    pub qe_report_span: Span,
    /// Signature by the PCK key over the quoting enclave's report: R, then S.
    pub(crate) qe_report_signature: [u8; 64],
    /// Where that signature is.
    pub qe_report_signature_span: Span,
    /// Authentication data of the quoting enclave, of any length.
    pub qe_auth_data: &'a [u8],
    /// Where the authentication data is.
    pub qe_auth_data_span: Span,
    /// What certifies the PCK key.
    pub certification: Certification<'a>,
    /// Bytes after the quote's end. Real quotes carry padding; nothing vouches for it.
    pub trailing: Span,
}

impl Quote<'_> {
    /// Length of the header.
    pub(crate) const HEADER: usize = 48;
    /// The largest quote that is read, with trailing bytes.
    pub const MAX: usize = 64 * 1024;
    /// The vendor id of Intel's quoting enclaves.
    pub const INTEL: [u8; 16] = [
        0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06,
        0x07,
    ];

    /// The bytes that the quote's signature covers, as received.
    pub(crate) fn signed_bytes(&self) -> &[u8] {
        self.signed.of(self.bytes).unwrap_or_default()
    }

    /// The bytes of the quoting enclave's report, as received.
    pub(crate) fn qe_report_bytes(&self) -> &[u8] {
        self.qe_report_span.of(self.bytes).unwrap_or_default()
    }
}
