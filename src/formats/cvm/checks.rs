//! Envelopes of CVM Attestation v1.

const EVIDENCE: &str = "CVM Attestation v1, section 4.3";
const BINDING: &str = "CVM Attestation v1, sections 5.2 to 5.4";

crate::finding::table! {
    OTHERS {
        CVM_PLATFORM = "cvm.platform", "", Chip, Authenticity, EVIDENCE,
            fails ["disagree"];
        CVM_DEBUG = "cvm.debug", "", Measurements, Authenticity, EVIDENCE,
            fails ["disagree"];
        CVM_BINDING = "cvm.binding", "", KeyBinding, Authenticity, BINDING,
            fails ["not-equal"];
        CVM_REPORT = "cvm.report", "", Report, Authenticity, "CVM Attestation v1, section 9.4.2",
            fails ["not-equal"];
        CVM_REGISTERS = "cvm.registers", "", Measurements, Authenticity, "CVM Attestation v1, sections 6.4 and 6.5",
            fails ["another-source", "not-equal"];
        CVM_DEVICE = "cvm.device", "", KeyBinding, Authenticity, "CVM Attestation v1, section 5.4, nras-nonce",
            fails ["not-equal"];
    }
    APPRAISAL {
        CVM_NONCE = "cvm.nonce", "", KeyBinding, Appraisal, BINDING,
            is [NeedsReference, Challenge],
            fails ["malformed", "not-equal"];
        CVM_KEY = "cvm.key", "", KeyBinding, Appraisal, BINDING,
            is [NeedsReference],
            fails ["malformed", "missing", "not-equal"];
    }
}
