//! Tokens of NVIDIA's remote attestation service, about GPUs.

const BUNDLE: &str = "RFC 9711 sections 4.2.18.2 and 5; NVIDIA attestation, claims guide";
const CLAIMS: &str = "NVIDIA attestation, claims guide: GPU claims";

crate::finding::table! {
    OTHERS {
        NRAS_DEVICE = "nras.device", "", Report, Authenticity, BUNDLE,
            fails ["missing", "not-equal", "not-listed"];
        NRAS_RESULT = "nras.result", "", Report, Appraisal, CLAIMS,
            fails ["missing", "not-accepted"];
        NRAS_MACHINE = "nras.machine", "", KeyBinding, Appraisal, "RFC 9334 section 3.3";
    }
    DEVICE {
        NRAS_CLAIMS = "nras.claims", "", Report, Appraisal, CLAIMS,
            fails ["missing", "not-accepted"];
        NRAS_MEASUREMENTS = "nras.measurements", "", Measurements, Appraisal, CLAIMS,
            fails ["missing", "not-accepted"];
        NRAS_SECURE_BOOT = "nras.secure-boot", "", Measurements, Appraisal, CLAIMS,
            warns ["missing", "off"],
            allows ["missing", "off"],
            fails ["missing", "off"];
        NRAS_DEBUG = "nras.debug", "", Report, Appraisal, CLAIMS,
            allows ["debuggable"],
            fails ["missing", "not-accepted"];
        NRAS_NONCE = "nras.nonce", "", KeyBinding, Appraisal, CLAIMS,
            is [Challenge],
            fails ["missing", "not-equal"];
    }
}
