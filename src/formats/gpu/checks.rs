//! NVIDIA's GPUs, and the switches between them.

const SPDM: &str = "DMTF DSP0274 1.1, MEASUREMENTS response";
const NVIDIA: &str = "NVIDIA attestation, Hopper confidential computing";
const MANIFEST: &str =
    "NVIDIA reference integrity manifests; ISO/IEC 19770-2:2015; XML Signature; Canonical XML 1.1";

crate::finding::table! {
    AUTHENTICITY {
        GPU_ROOT = "gpu.root", "", HardwareRoot, Authenticity, NVIDIA,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        GPU_CHAIN_ROLE = "gpu.chain.role", "", Chip, Authenticity, NVIDIA,
            fails ["is-a-ca", "not-a-ca", "path-length", "unknown-extension", "wrong-key", "wrong-length"];
        GPU_CHAIN_SIGNATURE = "gpu.chain.signature", "", Chip, Authenticity, NVIDIA,
            carries [HardwareRoot, Chip],
            joins [HardwareRoot => Chip],
            is [Device],
            fails ["bad-signature", "wrong-issuer"];
        GPU_CHAIN_VALIDITY = "gpu.chain.validity", "", Chip, Authenticity, "RFC 5280",
            fails ["expired", "not-yet-valid"];
        GPU_CHAIN_REVOCATION = "gpu.chain.revocation", "", Chip, Appraisal, "RFC 6960",
            is [Withdrawal],
            fails ["bad-signature", "missing", "not-a-responder", "not-yet-valid", "revoked", "stale", "unknown-certificate", "unknown-extension"];
        GPU_SIGNATURE = "gpu.signature", "", Report, Authenticity, SPDM,
            carries [Report, Measurements],
            joins [Chip => Report, Report => Measurements],
            fails ["bad-signature"];
        GPU_FIRMWARE_ID = "gpu.firmware-id", "", Report, Authenticity, "TCG DICE, 2.23.133.5.4.1 and 2.23.133.5.4.1.1",
            is [IdleAnswers],
            fails ["malformed", "not-equal"];
    }
    REFERENCES {
        GPU_REFERENCE = "gpu.reference", "", Measurements, Appraisal, MANIFEST,
            fails ["bad-signature", "expired", "malformed", "not-equal", "not-yet-valid", "role", "simulated", "unknown-issuer", "wrong-root"];
    }
    APPRAISAL {
        GPU_TRAILING = "gpu.trailing", "", Report, Appraisal, SPDM,
            warns ["not-signed"];
        GPU_MEASUREMENTS = "gpu.measurements", "", Measurements, Appraisal, MANIFEST,
            tells [Measurements],
            fails ["disagree", "not-equal"];
        GPU_NONCE = "gpu.nonce", "", KeyBinding, Appraisal, SPDM,
            is [NeedsReference, Challenge],
            fails ["not-equal"];
        GPU_MACHINE = "gpu.machine", "", KeyBinding, Appraisal, "RFC 9334 section 3.3",
            is [NeverPasses];
    }
}
