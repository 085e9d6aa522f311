//! Steps 1.3: the signing certificate's chain, validity and profile.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime as PkiTime};
use sigstore_crypto::WEBPKI_VERIFICATION_ALGS;
use sigstore_trust_root::CertificateAuthority;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::root::TrustedRoot;
use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::SigningCertificate;
use crate::finding::Finding;
use crate::pki::{Cert, KeyKind};
use crate::time::{Standing, UnixTime};

/// No authority of the root counts for the moment.
const NO_AUTHORITY: &str = "no-authority";

/// id-kp-codeSigning, the content of its OID.
const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];

/// The certificate was valid at each of `times`.
pub(super) fn validity(certificate: &SigningCertificate, times: &[Timestamp]) -> Finding {
    let validity = certificate.validity();
    let check = &checks::SIGSTORE_CERTIFICATE_VALIDITY;
    let standing = times
        .iter()
        .map(|time| validity.standing(UnixTime(time.as_second())))
        .find(|standing| *standing != Standing::Within);
    let finding = match standing {
        None => Finding::pass(check),
        Some(Standing::NotYet) => Finding::fail(check, "not-yet-valid"),
        Some(_) => Finding::fail(check, "expired"),
    };
    finding.expected(validity.to_string().as_str()).actual(list(times).as_str())
}

/// Moments as text, in order.
pub(super) fn list(times: &[Timestamp]) -> String {
    let texts: Vec<String> =
        times.iter().map(|time| UnixTime(time.as_second()).to_string()).collect();
    texts.join(", ")
}

/// The certificate is one that Fulcio issues to a signer.
pub(super) fn profile(certificate: &SigningCertificate) -> Finding {
    let names = certificate.alternative_names();
    let name = names.first().and_then(|name| name.text());
    let flaw = if !certificate.code_signing() {
        Some("no-code-signing")
    } else if !certificate.digital_signature() {
        Some("no-digital-signature")
    } else if certificate.authority() {
        Some("certification-authority")
    } else if names.len() != 1 || name.is_none() {
        Some("alternative-name")
    } else if certificate.subject_empty() && !certificate.alternative_names_critical() {
        Some("alternative-name-not-critical")
    } else if !certificate.unknown_critical().is_empty() {
        Some("critical-extension")
    } else if matches!(certificate.key_kind(), KeyKind::Other(_)) {
        Some("key-kind")
    } else {
        None
    };
    let check = &checks::SIGSTORE_CERTIFICATE_PROFILE;
    let finding = flaw.map_or(Finding::pass(check), |reason| Finding::fail(check, reason));
    match name {
        Some(name) => finding.actual(name),
        None => finding,
    }
}

/// A chain from the certificate to an authority of the root, valid at each of `times`. Also
/// gives the issuer's `SubjectPublicKeyInfo`, which the certificate log signed.
///
/// Only certificates of the root are used: those that a bundle brings along are not needed. An
/// issuer that the root does not have leaves it open: a newer list of keys may have it.
pub(super) fn chain(
    der: &[u8],
    root: &TrustedRoot,
    times: &[Timestamp],
) -> (Finding, Option<Vec<u8>>) {
    let check = &checks::SIGSTORE_CERTIFICATE_CHAIN;
    let mut issuer: Option<Issuer> = None;
    for time in times {
        match issuer_at(der, root, *time) {
            Ok(found) => issuer = Some(found),
            Err(reason) => {
                // An authority whose time is over in this list may stand in a newer one again.
                if let Ok(cert) = Cert::parse("Sigstore signing certificate", der)
                    && (reason == NO_AUTHORITY || !root.names_issuer_of(&cert))
                {
                    return (root.absent(check, cert.issuer()), None);
                }
                let finding = Finding::fail(check, reason);
                return (finding.actual(UnixTime(time.as_second())), None);
            }
        }
    }
    match issuer {
        Some(Issuer { name, key }) => (Finding::pass(check).actual(name.as_str()), Some(key)),
        None => (Finding::blocked(check, &checks::SIGSTORE_TIME), None),
    }
}

/// Whether an authority of the root issued the certificate, in the first second of its validity
/// and whatever the root says about the authority's own time.
pub(super) fn is_issued(der: &[u8], root: &TrustedRoot) -> bool {
    let Ok(cert) = Cert::parse("Sigstore signing certificate", der) else { return false };
    let Ok(time) = Timestamp::from_second(cert.validity().not_before.0) else { return false };
    let mut authorities = root.parts().certificate_authorities.iter();
    authorities.any(|authority| issued_by(der, authority, time).is_ok())
}

struct Issuer {
    name: String,
    key: Vec<u8>,
}

fn issuer_at(der: &[u8], root: &TrustedRoot, time: Timestamp) -> Result<Issuer, &'static str> {
    let authorities = root.parts().certificate_authorities.iter();
    let authorities =
        authorities.filter(|ca| ca.valid_for.is_none_or(|window| window.contains(time)));
    let mut reason = NO_AUTHORITY;
    for authority in authorities {
        match issued_by(der, authority, time) {
            Ok(issuer) => return Ok(issuer),
            Err(why) if reason == NO_AUTHORITY || reason == "unknown-issuer" => reason = why,
            Err(_) => {}
        }
    }
    Err(reason)
}

fn issued_by(
    der: &[u8],
    authority: &CertificateAuthority,
    time: Timestamp,
) -> Result<Issuer, &'static str> {
    const UNUSABLE: &str = "authority-unusable";
    let (anchor, intermediates) = authority.cert_chain.certificates.split_last().ok_or(UNUSABLE)?;
    let anchor = anchor.raw_bytes.as_bytes();
    let anchor_cert = Cert::parse("Sigstore authority", anchor).map_err(|_| UNUSABLE)?;
    if anchor_cert.validity().standing(UnixTime(time.as_second())) != Standing::Within {
        return Err("authority-expired");
    }
    let anchor = CertificateDer::from(anchor);
    let anchor = anchor_from_trusted_cert(&anchor).map_err(|_| UNUSABLE)?;
    let intermediates: Vec<CertificateDer<'_>> =
        intermediates.iter().map(|c| CertificateDer::from(c.raw_bytes.as_bytes())).collect();
    let leaf = CertificateDer::from(der);
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| word(&error))?;
    let seconds = u64::try_from(time.as_second()).map_err(|_| "before-1970")?;
    let path = leaf
        .verify_for_usage(
            WEBPKI_VERIFICATION_ALGS,
            std::slice::from_ref(&anchor),
            &intermediates,
            PkiTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
            KeyUsage::required_if_present(CODE_SIGNING),
            None,
            None,
        )
        .map_err(|error| word(&error))?;
    let issuer = path.intermediate_certificates().next().map(|issuer| issuer.der().to_vec());
    match issuer {
        Some(der) => {
            let issuer = Cert::parse("Sigstore authority", &der).map_err(|_| UNUSABLE)?;
            Ok(Issuer { name: issuer.subject(), key: issuer.spki().to_vec() })
        }
        None => Ok(Issuer { name: anchor_cert.subject(), key: anchor_cert.spki().to_vec() }),
    }
}

fn word(error: &webpki::Error) -> &'static str {
    use webpki::Error as E;
    match error {
        E::UnknownIssuer => "unknown-issuer",
        E::InvalidSignatureForPublicKey => "bad-signature",
        E::CertExpired { .. } => "expired",
        E::CertNotValidYet { .. } => "not-yet-valid",
        E::UnsupportedCriticalExtension => "critical-extension",
        E::NameConstraintViolation => "name-constraints",
        E::PathLenConstraintViolated => "path-length",
        E::CaUsedAsEndEntity | E::EndEntityUsedAsCa => "role",
        E::RequiredEkuNotFoundContext(_) => "no-code-signing",
        _ => "invalid",
    }
}
