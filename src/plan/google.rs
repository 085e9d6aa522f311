//! What Google serves for virtual TPMs.

use crate::finding::checks;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

/// The certificate above a virtual TPM's attestation key, where Google serves it: the address
/// stands in the certificate itself (RFC 5280 section 4.2.2.1), and counts only when it is one of
/// Google's. A simulated provider serves nothing.
pub fn google_vtpm(ak_cert: &[u8], roots: Roots) -> Vec<Wanted> {
    const PLACE: &[u8] = b"https://pki.goog/cloud_integrity/";
    const FILE: &[u8] = b".crt";
    if roots == Roots::Simulated {
        return Vec::new();
    }
    let Some(start) = ak_cert.windows(PLACE.len()).position(|at| at == PLACE) else {
        return Vec::new();
    };
    let address = ak_cert.get(start..).and_then(|rest| {
        let end = rest.windows(FILE.len()).position(|at| at == FILE)?.checked_add(FILE.len())?;
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
