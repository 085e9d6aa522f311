//! Certificates that carry evidence of dstack's: RA-TLS (dstack, `ra-tls`, `oids.rs`,
//! `attestation.rs`). Every extension holds an OCTET STRING.

use crate::error::Error;
use crate::formats::dstack::parse::SnpAttestation;
use crate::pki::Cert;
use crate::span::Span;

use super::{TdxAttestation, form};

const WHAT: &str = "dstack certificate, attestation";
const QUOTE: &str = "1.3.6.1.4.1.62397.1.1";
const EVENT_LOG: &str = "1.3.6.1.4.1.62397.1.2";
const APP_ID: &str = "1.3.6.1.4.1.62397.1.3";
const USAGE: &str = "1.3.6.1.4.1.62397.1.4";
const ATTESTATION: &str = "1.3.6.1.4.1.62397.1.8";

/// What a certificate carries beside its key. Its issuer signs it; nothing but the evidence itself
/// says that it belongs to the key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RaTls<'a> {
    /// The evidence.
    pub evidence: Carried<'a>,
    /// The application, 20 bytes.
    pub app_id: Option<&'a [u8]>,
    /// What the certificate is for, in the issuer's words.
    pub usage: Option<&'a [u8]>,
}

/// The evidence in a certificate.
#[derive(Clone, Copy, Debug)]
pub enum Carried<'a> {
    /// A TDX quote and its event log as JSON, each in an extension of its own.
    Quote {
        /// The quote.
        quote: &'a [u8],
        /// The event log.
        log: &'a [u8],
    },
    /// An attestation of a TDX guest.
    Tdx(&'a [u8]),
    /// An attestation of an SEV-SNP guest.
    Snp(&'a [u8]),
}

impl<'a> RaTls<'a> {
    /// Whether a certificate has an extension with evidence of dstack's.
    pub(crate) fn is_one(cert: &Cert<'_>) -> bool {
        [QUOTE, ATTESTATION].into_iter().any(|oid| cert.extension(oid).is_some())
    }

    /// Takes the extensions out.
    ///
    /// # Errors
    /// When there is no evidence, or it is there twice over (a quote and an attestation), or a quote
    /// without its log; when an extension holds no OCTET STRING; or when the attestation is of
    /// another version (MessagePack) or of another machine than TDX or SEV-SNP.
    pub(crate) fn of(cert: &Cert<'a>) -> Result<Self, Error> {
        let whole = Span::new(0, cert.der().len());
        let malformed = |why: &'static str| Error::malformed(WHAT, whole, why);
        let octets = |oid: &str| match (cert.extension(oid), cert.octets(oid)) {
            (Some(_), None) => Err(malformed("an extension holds no octet string")),
            (_, octets) => Ok(octets),
        };
        let evidence = match (octets(QUOTE)?, octets(EVENT_LOG)?, octets(ATTESTATION)?) {
            (Some(quote), Some(log), None) => Carried::Quote { quote, log },
            (None, None, Some(bytes)) if TdxAttestation::is_likely(bytes) => Carried::Tdx(bytes),
            (None, None, Some(bytes)) if SnpAttestation::is_likely(bytes) => Carried::Snp(bytes),
            (None, None, Some(bytes @ [_, ..])) => {
                return Err(Error::unsupported(WHAT, form(bytes), whole));
            }
            (Some(_), _, Some(_)) => return Err(malformed("a quote and an attestation are there")),
            (Some(_), None, _) => return Err(malformed("a quote is there without its log")),
            _ => return Err(malformed("there is none")),
        };
        Ok(Self { evidence, app_id: octets(APP_ID)?, usage: octets(USAGE)? })
    }
}
