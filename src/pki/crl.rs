//! A parsed certificate revocation list (RFC 5280 section 5). Nothing is believed about it.

use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use super::cert::{Cert, is_der, names_one_algorithm, only_text, verify_signed};
use super::signed::SignatureAlgorithm;
use crate::crypto::BadSignature;
use crate::error::Error;
use crate::span::Span;
use crate::time::UnixTime;

/// The largest revocation list that is parsed, in bytes.
const MAX_CRL: usize = 4 * 1024 * 1024;

/// A parsed revocation list that borrows its bytes.
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    der: &'a [u8],
    parsed: CertificateRevocationList<'a>,
    algorithm: SignatureAlgorithm,
}

impl<'a> Crl<'a> {
    /// Parses one DER revocation list.
    ///
    /// # Errors
    /// When the bytes are anything else, or bytes follow, or it names two signature algorithms.
    pub fn parse(what: &'static str, der: &'a [u8]) -> Result<Self, Error> {
        Error::cap(what, der.len(), MAX_CRL)?;
        let whole = Span::new(0, der.len());
        let (rest, parsed) = CertificateRevocationList::from_der(der)
            .map_err(|error| Error::malformed(what, whole, format!("not a DER CRL: {error}")))?;
        if !rest.is_empty() {
            let at = Span::new(der.len().saturating_sub(rest.len()), rest.len());
            return Err(Error::malformed(what, at, "bytes follow the list"));
        }
        let signature = &parsed.signature_value.data;
        if !names_one_algorithm(der, parsed.tbs_cert_list.as_ref())
            || !is_der(der, parsed.tbs_cert_list.as_ref(), signature)
            || parsed.signature_value.unused_bits != 0
        {
            return Err(Error::malformed(what, whole, "its signature fields do not agree"));
        }
        let algorithm = SignatureAlgorithm::from_identifier(&parsed.signature_algorithm);
        Ok(Self { der, parsed, algorithm })
    }

    /// The list's bytes.
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The issuer as text, for showing.
    pub fn issuer(&self) -> String {
        super::name::text(self.parsed.issuer())
    }

    /// The issuer's common name, when there is exactly one and it is text.
    pub fn issuer_common_name(&self) -> Option<&str> {
        only_text(self.parsed.issuer().iter_common_name())
    }

    /// The signature algorithm.
    pub const fn algorithm(&self) -> &SignatureAlgorithm {
        &self.algorithm
    }

    /// Whether `issuer` is named as this list's issuer, byte for byte.
    pub fn names_issuer(&self, issuer: &Cert<'_>) -> bool {
        self.parsed.issuer().as_raw() == issuer.subject_der()
    }

    /// Verifies that `issuer`'s key signed this list.
    ///
    /// # Errors
    /// When it did not.
    pub fn verify_signed_by(&self, issuer: &Cert<'_>) -> Result<(), BadSignature> {
        let signed = self.parsed.tbs_cert_list.as_ref();
        verify_signed(signed, &self.algorithm, &self.parsed.signature_value.data, issuer)
    }

    /// When it was issued.
    pub fn this_update(&self) -> UnixTime {
        UnixTime(self.parsed.last_update().timestamp())
    }

    /// When the next one is due. RFC 5280 requires it; a list without one is never fresh.
    pub fn next_update(&self) -> Option<UnixTime> {
        self.parsed.next_update().map(|time| UnixTime(time.timestamp()))
    }

    /// Whether it has critical extensions, which this verifier would have to know (delta lists
    /// and lists for a part of the certificates).
    pub(crate) fn has_critical_extensions(&self) -> bool {
        self.parsed.extensions().iter().any(|extension| extension.critical)
    }

    /// Whether `serial` (big-endian, as encoded) is on it.
    pub fn revokes(&self, serial: &[u8]) -> bool {
        let plain = |serial: &'_ [u8]| {
            let zeros = serial.iter().take_while(|&&byte| byte == 0).count();
            serial.get(zeros..).unwrap_or_default().to_vec()
        };
        let serial = plain(serial);
        self.parsed.iter_revoked_certificates().any(|entry| plain(entry.raw_serial()) == serial)
    }

    /// How many certificates it revokes.
    pub fn len(&self) -> usize {
        self.parsed.iter_revoked_certificates().count()
    }

    /// Whether it revokes nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
