//! What chains of certificates have in common.

use crate::finding::{Check, Finding};
use crate::pki::Cert;
use crate::time::{Standing, UnixTime, Validity};

/// Why `issuer` did not sign `cert`, if so.
pub(super) fn unsigned(cert: &Cert<'_>, issuer: &Cert<'_>) -> Option<&'static str> {
    if !cert.names_issuer(issuer) {
        Some("wrong-issuer")
    } else if cert.verify_signed_by(issuer).is_err() {
        Some("bad-signature")
    } else {
        None
    }
}

/// Whether `now` lies in `validity`; the word for "after it" depends on what it is.
pub(super) fn dated(
    check: &'static Check,
    validity: Validity,
    now: UnixTime,
    after: &'static str,
) -> Finding {
    match validity.standing(now) {
        Standing::Within => Finding::pass(check),
        Standing::Expired => Finding::fail(check, after),
        Standing::NotYet => Finding::fail(check, "not-yet-valid"),
    }
    .expected(validity.to_string())
    .actual(now)
}
