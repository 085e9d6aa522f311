//! Tokens of NVIDIA's remote attestation service, about GPUs.

const BUNDLE: &str = "RFC 9711 sections 4.2.18.2 and 5; NVIDIA attestation, claims guide";
const CLAIMS: &str = "NVIDIA attestation, claims guide: GPU claims";

checks! {
    NRAS_DEVICE = "nras.device", "", Report, Authenticity, BUNDLE;
    NRAS_RESULT = "nras.result", "", Report, Appraisal, CLAIMS;
    NRAS_CLAIMS = "nras.claims", "", Report, Appraisal, CLAIMS;
    NRAS_MEASUREMENTS = "nras.measurements", "", Measurements, Appraisal, CLAIMS;
    NRAS_SECURE_BOOT = "nras.secure-boot", "", Measurements, Appraisal, CLAIMS;
    NRAS_DEBUG = "nras.debug", "", Report, Appraisal, CLAIMS;
    NRAS_NONCE = "nras.nonce", "", KeyBinding, Appraisal, CLAIMS;
    NRAS_MACHINE = "nras.machine", "", KeyBinding, Appraisal, "RFC 9334 section 3.3";
}
