//! Tinfoil's bundle.

const TINFOIL: &str = "Tinfoil attestation bundle, sev-snp-guest/v2 and snp-tdx-multiplatform/v1";

crate::finding::table! {
    FROM_STATEMENT {
        TINFOIL_DIGEST = "tinfoil.digest", "", Provenance, Appraisal, TINFOIL,
            fails ["not-listed"];
        TINFOIL_MEASUREMENT = "tinfoil.measurement", "S18", Measurements, Appraisal, TINFOIL,
            carries [Image],
            joins [Measurements => Image, Image => Provenance],
            fails ["malformed", "not-equal"];
        TINFOIL_RECOMPUTED = "tinfoil.measurement-recomputed", "S18", Image, Appraisal, "AMD SEV-SNP Firmware ABI 56860, launch digest";
        TINFOIL_CONFIG = "tinfoil.config", "", Image, Appraisal, TINFOIL,
            fails ["malformed", "missing", "not-equal"];
        TINFOIL_VM_IMAGE = "tinfoil.vm-image", "", Image, Appraisal, TINFOIL,
            fails ["malformed", "missing", "not-equal"];
        TINFOIL_CONTAINER = "tinfoil.container", "", Image, Appraisal, TINFOIL,
            warns ["by-tag", "missing", "unreadable"],
            fails ["malformed"];
    }
}
