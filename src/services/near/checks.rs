//! NEAR AI's attestation reports.

const REPORT: &str = "NEAR AI, GET /v1/attestation/report (nearai/cloud-api)";
const BINDING: &str = "NEAR AI, report data (nearai/nearai-cloud-verifier, dstack_attestation)";
const SIGNED: &str = "NEAR AI, GET /v1/signature/{id} (nearai/inference-proxy, signing; nearai/nearai-cloud-verifier)";
const MANAGER: &str = "NEAR AI, compose manager (nearai/nearai-cloud-verifier)";

crate::finding::table! {
    OTHERS {
        NEAR_FORM = "near.form", "", Report, Authenticity, REPORT;
        NEAR_ONE_NONCE = "near.one-nonce", "", KeyBinding, Appraisal, BINDING,
            fails ["not-equal"];
        NEAR_GPU = "near.gpu", "", KeyBinding, Appraisal, REPORT,
            fails ["disagree", "not-equal"];
        NEAR_MANAGER = "near.manager", "", KeyBinding, Authenticity, MANAGER,
            fails ["another-machine", "disagree", "not-equal"];
        NEAR_ACTIONS = "near.actions", "", Measurements, Appraisal, MANAGER,
            is [Limits],
            warns ["by-list"],
            fails ["disagree"];
    }
    SIGNED_RESPONSES {
        NEAR_RECEIPT = "near.receipt", "", KeyBinding, Appraisal, SIGNED,
            fails ["bad-signature", "malformed", "not-listed"];
        NEAR_BODY = "near.receipt.body", "", KeyBinding, Appraisal, SIGNED,
            is [NeedsReference],
            fails ["not-equal"];
    }
    FROM_QUOTE {
        NEAR_REPORT_DATA = "near.report-data", "", KeyBinding, Authenticity, BINDING,
            fails ["malformed", "not-equal"];
        NEAR_NONCE = "near.nonce", "", KeyBinding, Appraisal, BINDING,
            is [NeedsReference, Challenge],
            fails ["disagree", "not-equal"];
        NEAR_SIGNING_KEY = "near.signing-key", "", KeyBinding, Appraisal, "Ethereum Yellow Paper, appendix F, addresses",
            carries [KeyBinding],
            fails ["malformed", "not-equal"];
        NEAR_TLS_KEY = "near.tls-key", "", KeyBinding, Appraisal, BINDING,
            tells [KeyBinding],
            fails ["not-bound", "not-equal"];
        NEAR_OHTTP = "near.ohttp", "", KeyBinding, Appraisal, "RFC 9458; NEAR AI, ohttp_attestation",
            warns ["not-bound"],
            fails ["bad-signature", "disagree", "malformed"];
    }
}
