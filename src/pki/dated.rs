//! What chains of certificates have in common.

use crate::finding::{Check, Finding};
use crate::pki::Cert;
use crate::time::{Standing, UnixTime, Validity};

/// Why `issuer` did not sign `cert`, if so.
pub(crate) fn unsigned(cert: &Cert<'_>, issuer: &Cert<'_>) -> Option<&'static str> {
    if !cert.names_issuer(issuer) {
        Some("wrong-issuer")
    } else if cert.verify_signed_by(issuer).is_err() {
        Some("bad-signature")
    } else {
        None
    }
}

/// Whether one of the `simulated` roots (DER) signed `cert`, or is it, and the `pinned` root did
/// not sign it. A simulated root bears its vendor's names, so that only its key tells it apart.
pub(crate) fn is_simulated(
    cert: &Cert<'_>,
    pinned: &Cert<'_>,
    simulated: &[&'static [u8]],
) -> bool {
    if simulated.contains(&pinned.der()) || unsigned(cert, pinned).is_none() {
        return false;
    }
    let roots = simulated.iter().filter_map(|der| Cert::parse("simulated root", der).ok());
    roots.into_iter().any(|root| cert.der() == root.der() || unsigned(cert, &root).is_none())
}

/// Whether `now` lies in `validity`; the word for "after it" depends on what it is.
pub(crate) fn dated(
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
