//! Tinfoil's bundle, the documents of its enclaves, and what its workflows sign.

const TINFOIL: &str = "Tinfoil attestation bundle, sev-snp-guest/v2 and snp-tdx-multiplatform/v1";
const TDX: &str = "Tinfoil tdx-guest/v2 and snp-tdx-multiplatform/v1, tdx_measurement";
const HARDWARE: &str = "Tinfoil hardware-measurements/v1";
const LAUNCH: &str =
    "AMD SEV-SNP Firmware ABI 56860, launch digest; Intel TDX module 1.5 ABI, MRTD and RTMR";

crate::finding::table! {
    OF_BUNDLE {
        TINFOIL_DIGEST = "tinfoil.digest", "", Provenance, Appraisal, TINFOIL,
            fails ["not-listed"];
    }
    OF_SNP {
        TINFOIL_MEASUREMENT = "tinfoil.measurement", "S18", Measurements, Appraisal, TINFOIL,
            carries [Image],
            joins [Measurements => Image, Image => Provenance],
            fails ["malformed", "not-equal"];
    }
    FROM_STATEMENT {
        TINFOIL_RECOMPUTED = "tinfoil.measurement-recomputed", "S18", Image, Appraisal, LAUNCH;
        TINFOIL_CONFIG = "tinfoil.config", "", Image, Appraisal, TINFOIL,
            fails ["malformed", "missing", "not-equal"];
        TINFOIL_VM_IMAGE = "tinfoil.vm-image", "", Image, Appraisal, TINFOIL,
            fails ["malformed", "missing", "not-equal"];
        TINFOIL_CONTAINER = "tinfoil.container", "", Image, Appraisal, TINFOIL,
            warns ["by-tag", "missing", "unreadable"],
            fails ["malformed"];
    }
    OF_TDX {
        TINFOIL_REGISTERS = "tinfoil.registers", "T38", Measurements, Appraisal, TDX,
            tells [Measurements],
            fails ["malformed", "missing", "not-equal"];
    }
    OF_GUEST {
        TINFOIL_RUNTIME = "tinfoil.runtime-register", "T38", Measurements, Appraisal, TDX,
            fails ["not-zero"];
        TINFOIL_HARDWARE_LIST = "tinfoil.hardware-list", "", Measurements, Appraisal, HARDWARE,
            fails ["malformed", "not-accepted", "not-signed"];
        TINFOIL_HARDWARE = "tinfoil.hardware", "T38", Measurements, Appraisal, HARDWARE,
            tells [Measurements],
            fails ["not-listed"];
        TINFOIL_GUEST = "tinfoil.guest", "T38", Image, Appraisal, TDX,
            carries [Image],
            joins [Measurements => Image, Image => Provenance];
    }
    OF_RELEASE {
        TINFOIL_NEWEST = "tinfoil.newest", "", Provenance, Appraisal, "Tinfoil freshness-witness/v1",
            tells [Provenance],
            fails ["another", "malformed", "not-accepted", "not-signed"];
    }
}
