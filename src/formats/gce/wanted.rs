//! What Google serves for the firmware of its machines.

use super::checks;
use crate::digest::Sha384;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

/// What a guest measured at launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuestFirmware {
    /// MRTD.
    Tdx(Sha384),
    /// MEASUREMENT.
    Snp(Sha384),
}

/// The endorsement of a guest's firmware, which Google serves by its measurement, and the root
/// certificate above it (google/gce-tcb-verifier, `verify` and README). A simulated provider
/// serves nothing.
pub(crate) fn google_firmware(
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
