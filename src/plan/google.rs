//! What Google serves for virtual TPMs, and for the firmware of its machines.

use crate::digest::Sha384;
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

/// What a guest measured at launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestFirmware {
    /// MRTD.
    Tdx(Sha384),
    /// MEASUREMENT.
    Snp(Sha384),
}

/// The endorsement of a guest's firmware, which Google serves by its measurement, and the root
/// certificate above it (google/gce-tcb-verifier, `verify` and README). A simulated provider
/// serves nothing.
pub fn google_firmware(
    firmware: Option<GuestFirmware>,
    has_root: bool,
    roots: Roots,
) -> Vec<Wanted> {
    const BUCKET: &str = "https://storage.googleapis.com/gce_tcb_integrity/ovmf_x64_csm";
    const ROOT: &str = "https://pki.goog/cloud_integrity/GCE-cc-tcb-root_1.crt";
    if roots == Roots::Simulated {
        return Vec::new();
    }
    let endorsement = firmware.map(|firmware| {
        let (kind, digest) = match firmware {
            GuestFirmware::Tdx(mrtd) => ("tdx", mrtd),
            GuestFirmware::Snp(measurement) => ("sevsnp", measurement),
        };
        Wanted {
            what: "firmware-endorsement",
            url: format!("{BUCKET}/{kind}/{digest}.binarypb"),
            decides: vec![&checks::GCE_ENDORSEMENT, &checks::GCE_MEASUREMENT],
            reveals: "firmware",
        }
    });
    let root = (!has_root).then(|| Wanted {
        what: "firmware-root",
        url: ROOT.to_owned(),
        decides: vec![&checks::GCE_ROOT],
        reveals: "nothing-beyond-your-address",
    });
    endorsement.into_iter().chain(root).collect()
}
