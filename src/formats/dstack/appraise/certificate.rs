//! The certificate that carries a quote, against the quote.

use crate::digest::Sha512;
use crate::finding::{Check, Finding, Value, Why, connection};
use crate::formats::dstack::checks;
use crate::pki::Cert;
use crate::time::UnixTime;

/// The evidence id under which the certificate is shown.
pub(crate) const CERTIFICATE: &str = "certificate";

/// The certificate's key is the one that the guest had quoted. `report_data` is that of the
/// verified quote or report, or which check keeps it from being known.
pub(crate) fn key(cert: &Cert<'_>, report_data: Result<&[u8; 64], &'static Check>) -> Finding {
    let check = &checks::DSTACK_CERTIFICATE_KEY;
    let of_key = Sha512::of_parts(&[b"ratls-cert:", cert.spki()]);
    let finding = match report_data {
        Ok(data) => Finding::equal(check, data, of_key.as_bytes()),
        Err(by) => Finding::blocked(check, by),
    };
    let place = cert.span_of(cert.spki());
    place.into_iter().fold(finding, |finding, at| finding.within(CERTIFICATE, at))
}

/// What the certificate says by itself: who signed it, and its dates. No issuer is pinned, so its
/// dates are its own word.
pub(crate) fn certificate(cert: &Cert<'_>, further: &[Cert<'_>], now: UnixTime) -> Vec<Finding> {
    let len = cert.der().len();
    let issuer = Value::text(cert.issuer());
    vec![
        signature(cert, further).at(CERTIFICATE, 0, len),
        connection::stated_validity(&cert.validity(), now).at(CERTIFICATE, 0, len),
        match cert.names_issuer(cert) {
            true => Finding::unknown(&connection::TLS_ISSUER, Why::NotApplicable),
            false => Finding::no_reference(&connection::TLS_ISSUER),
        }
        .actual(issuer),
        Finding::unknown(&connection::TLS_CONNECTION, Why::NotSupported),
        Finding::no_reference(&connection::FRESHNESS),
    ]
}

/// Who signed it: its own key, or one of the certificates beside it.
fn signature(cert: &Cert<'_>, further: &[Cert<'_>]) -> Finding {
    let check = &checks::DSTACK_CERTIFICATE_SIGNATURE;
    let mut issuers = [cert].into_iter().chain(further).filter(|issuer| cert.names_issuer(issuer));
    match issuers.next() {
        None => Finding::unknown(check, Why::NotFetched),
        Some(issuer) => {
            let issuers = [issuer].into_iter().chain(issuers);
            let signed = |issuer: &Cert<'_>| cert.verify_signed_by(issuer).is_ok();
            Finding::test(check, issuers.into_iter().any(signed), "bad-signature")
        }
    }
    .expected(cert.issuer())
}
