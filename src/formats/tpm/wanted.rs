//! What Google serves for virtual TPMs.

use super::checks;
use crate::bytes::find;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

/// The certificate above a virtual TPM's attestation key, where Google serves it: the address
/// stands in the certificate itself (RFC 5280 section 4.2.2.1), and counts only when it is one of
/// Google's. A simulated provider serves nothing.
pub(crate) fn google_vtpm(ak_cert: &[u8], roots: Roots) -> Vec<Wanted> {
    const PLACE: &[u8] = b"https://pki.goog/cloud_integrity/";
    const FILE: &[u8] = b".crt";
    if roots == Roots::Simulated {
        return Vec::new();
    }
    let Some(start) = find(ak_cert, PLACE) else {
        return Vec::new();
    };
    let address = ak_cert.get(start..).and_then(|rest| {
        let end = find(rest, FILE)?.checked_add(FILE.len())?;
        std::str::from_utf8(rest.get(..end)?).ok()
    });
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':');
    let address = address.filter(|address| address.len() < 128 && address.chars().all(name));
    let wanted = |url: &str| Wanted {
        what: "google-tpm-intermediate",
        url: url.to_owned(),
        decides: vec![&checks::TPM_ROOT, &checks::TPM_CHAIN_SIGNATURE],
        reveals: "nothing-beyond-your-address",
    };
    address.into_iter().map(wanted).collect()
}

/// The revocation lists that certificates of Google's authorities name (RFC 5280 section 4.2.1.13),
/// each once. They stand there with `http:`; the same store answers over `https:`.
pub(crate) fn google_vtpm_lists<'a>(
    ders: impl Iterator<Item = &'a [u8]>,
    roots: Roots,
) -> Vec<Wanted> {
    const SCHEME: &[u8] = b"http://";
    const LONGEST: usize = 160;
    let mut wanted: Vec<Wanted> = Vec::new();
    if roots == Roots::Simulated {
        return wanted;
    }
    for der in ders {
        for (start, _) in der.windows(SCHEME.len()).enumerate().filter(|(_, at)| *at == SCHEME) {
            let rest = der.get(start.saturating_add(SCHEME.len())..).unwrap_or_default();
            let Some(rest) = list_address(rest.get(..LONGEST).unwrap_or(rest)) else { continue };
            let url = format!("https://{rest}");
            if !wanted.iter().any(|one| one.url == url) {
                wanted.push(Wanted {
                    what: "google-tpm-crl",
                    url,
                    decides: vec![&checks::TPM_CHAIN_REVOCATION],
                    reveals: "nothing-beyond-your-address",
                });
            }
        }
    }
    wanted
}

/// The address of a list, without its scheme, with which `bytes` begin, when it is Google's.
fn list_address(bytes: &[u8]) -> Option<&str> {
    const FILE: &str = ".crl";
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let end = bytes.iter().position(|byte| !plain(byte)).unwrap_or(bytes.len());
    let text = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let text = text.get(..text.find(FILE)?.checked_add(FILE.len())?)?;
    let (host, _) = text.split_once('/')?;
    (host == "pki.goog" || host.ends_with(".storage.googleapis.com")).then_some(text)
}
