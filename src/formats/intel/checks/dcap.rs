//! What SGX and TDX quotes share: Intel's chain, collateral, quoting enclave and TCB.

const PCK: &str = "Intel SGX PCK Certificate and CRL Profile Specification";
const PCS: &str = "Intel PCS API v4";
const PCS_TCB: &str = "Intel PCS API v4, Get TCB Info, \"TCB comparison\"";
const PCS_QE: &str = "Intel PCS API v4, Get QE Identity";
const QUOTE: &str =
    "Intel TDX DCAP Quoting Library API, appendix A; Intel SGX ECDSA Quote Library API, appendix A";
const QVL: &str = "Intel SGX and TDX DCAP Quote Verification Library";
const CRL: &str = "RFC 5280 section 6.3";
const PKIX: &str = "RFC 5280";

crate::finding::table! {
    OTHERS {
        DCAP_CERTIFICATION = "dcap.certification", "T4", Chip, Authenticity, QUOTE;
        DCAP_PCK_CHAIN = "dcap.pck-chain", "T5", Chip, Authenticity, QUOTE,
            fails ["malformed", "wrong-length"];
        DCAP_ROOT_VALIDITY = "dcap.root.validity", "T8", HardwareRoot, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
        DCAP_ROOT_CRL_SIGNATURE = "dcap.root-crl.signature", "T9", HardwareRoot, Appraisal, CRL,
            fails ["bad-signature", "malformed", "unknown-extension", "wrong-issuer"];
        DCAP_ROOT_CRL_FRESHNESS = "dcap.root-crl.freshness", "T9", HardwareRoot, Appraisal, CRL,
            fails ["missing", "not-yet-valid", "stale"];
        DCAP_ROOT_CRL_REVOCATION = "dcap.root-crl.revocation", "T9", HardwareRoot, Appraisal, CRL,
            is [Withdrawal],
            fails ["revoked"];
        DCAP_PCK_CRL_SIGNATURE = "dcap.pck-crl.signature", "T10", Chip, Appraisal, CRL,
            fails ["bad-signature", "malformed", "unknown-extension", "wrong-issuer"];
        DCAP_PCK_CRL_FRESHNESS = "dcap.pck-crl.freshness", "T10", Chip, Appraisal, CRL,
            fails ["missing", "not-yet-valid", "stale"];
        DCAP_PCK_CRL_REVOCATION = "dcap.pck-crl.revocation", "T10", Chip, Appraisal, CRL,
            is [Withdrawal],
            fails ["revoked"];
        DCAP_QE_SIGNATURE = "dcap.qe.signature", "T17", Report, Authenticity, QUOTE,
            fails ["bad-signature"];
        DCAP_QE_BINDING = "dcap.qe.binding", "T18", Report, Authenticity, QUOTE,
            fails ["not-equal"];
        DCAP_QE_PADDING = "dcap.qe.padding", "T18", Report, Authenticity, QUOTE,
            fails ["not-zero"];
        DCAP_QUOTE_SIGNATURE = "dcap.quote.signature", "T20", Report, Authenticity, QUOTE,
            carries [Report, Measurements],
            joins [Chip => Report, Report => Measurements],
            fails ["bad-signature"];
        DCAP_TCB_INFO_SIGNER = "dcap.tcb-info.signer", "T12", Tcb, Appraisal, PCS,
            fails ["bad-signature", "is-a-ca", "malformed", "unknown-extension", "wrong-issuer", "wrong-key", "wrong-length", "wrong-name", "wrong-parameters", "wrong-root"];
        DCAP_TCB_INFO_SIGNER_VALIDITY = "dcap.tcb-info.signer-validity", "T12", Tcb, Appraisal, PKIX,
            fails ["expired", "not-yet-valid"];
        DCAP_TCB_INFO_SIGNATURE = "dcap.tcb-info.signature", "T13", Tcb, Appraisal, PCS,
            fails ["bad-signature"];
        DCAP_TCB_INFO_FORM = "dcap.tcb-info.form", "T14", Tcb, Appraisal, PCS,
            fails ["malformed", "not-equal"];
        DCAP_TCB_INFO_FRESHNESS = "dcap.tcb-info.freshness", "T14", Tcb, Appraisal, PCS,
            fails ["not-yet-valid", "stale"];
        DCAP_TCB_INFO_FMSPC = "dcap.tcb-info.fmspc", "T15", Tcb, Appraisal, PCS_TCB,
            fails ["not-equal"];
        DCAP_TCB_INFO_PCE_ID = "dcap.tcb-info.pce-id", "T15", Tcb, Appraisal, PCS_TCB,
            fails ["not-equal"];
        DCAP_TCB_INFO_TYPE = "dcap.tcb-info.type", "T15", Tcb, Appraisal, PCS_TCB,
            fails ["unsupported"];
        DCAP_QE_IDENTITY_SIGNER = "dcap.qe-identity.signer", "T16", Tcb, Appraisal, PCS,
            fails ["bad-signature", "is-a-ca", "malformed", "unknown-extension", "wrong-issuer", "wrong-key", "wrong-length", "wrong-name", "wrong-parameters", "wrong-root"];
        DCAP_QE_IDENTITY_SIGNER_VALIDITY = "dcap.qe-identity.signer-validity", "T16", Tcb, Appraisal, PKIX,
            fails ["expired", "not-yet-valid"];
        DCAP_QE_IDENTITY_SIGNATURE = "dcap.qe-identity.signature", "T16", Tcb, Appraisal, PCS_QE,
            fails ["bad-signature"];
        DCAP_QE_IDENTITY_FORM = "dcap.qe-identity.form", "T16", Tcb, Appraisal, PCS_QE,
            fails ["malformed", "not-equal"];
        DCAP_QE_IDENTITY_FRESHNESS = "dcap.qe-identity.freshness", "T16", Tcb, Appraisal, PCS_QE,
            fails ["not-yet-valid", "stale"];
    }
    CHAIN {
        DCAP_ROOT_PINNED = "dcap.root.pinned", "T6", HardwareRoot, Authenticity, PCK,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        DCAP_PCK_CA_ROLE = "dcap.pck-ca.role", "T7", HardwareRoot, Authenticity, PCK,
            fails ["not-a-ca", "unknown-extension", "wrong-key", "wrong-name", "wrong-parameters"];
        DCAP_PCK_CA_SIGNATURE = "dcap.pck-ca.signature", "T8", HardwareRoot, Authenticity, PKIX,
            carries [HardwareRoot],
            fails ["bad-signature", "wrong-issuer"];
        DCAP_PCK_CA_VALIDITY = "dcap.pck-ca.validity", "T8", HardwareRoot, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
        DCAP_PCK_ROLE = "dcap.pck.role", "T7", Chip, Authenticity, PCK,
            fails ["is-a-ca", "unknown-extension", "wrong-key", "wrong-name", "wrong-parameters"];
        DCAP_PCK_SIGNATURE = "dcap.pck.signature", "T8", Chip, Authenticity, PKIX,
            carries [Chip],
            joins [HardwareRoot => Chip],
            fails ["bad-signature", "wrong-issuer"];
        DCAP_PCK_VALIDITY = "dcap.pck.validity", "T8", Chip, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
        DCAP_PCK_EXTENSION = "dcap.pck.extension", "T11", Chip, Authenticity, PCK,
            fails ["malformed"];
    }
    QE {
        DCAP_QE_MISC_SELECT = "dcap.qe.misc-select", "T19", Report, Authenticity, PCS_QE,
            fails ["not-equal"];
        DCAP_QE_ATTRIBUTES = "dcap.qe.attributes", "T19", Report, Authenticity, PCS_QE,
            fails ["not-equal"];
        DCAP_QE_SIGNER = "dcap.qe.signer", "T19", Report, Authenticity, PCS_QE,
            fails ["not-equal"];
        DCAP_QE_PRODUCT = "dcap.qe.product", "T19", Report, Authenticity, PCS_QE,
            fails ["not-equal"];
        DCAP_QE_LEVEL = "dcap.qe.level", "T19", Tcb, Appraisal, PCS_QE,
            fails ["no-level"];
    }
    TCB {
        DCAP_EVALUATION = "dcap.collateral.evaluation", "T28", Tcb, Appraisal, PCS,
            warns ["disagree"];
        DCAP_TCB_LEVEL = "dcap.tcb.level", "T21", Tcb, Appraisal, PCS_TCB,
            fails ["no-level"];
        DCAP_TDX_MODULE_IDENTITY = "dcap.tdx-module.identity", "T24", Tcb, Appraisal, PCS_TCB,
            fails ["missing", "not-equal"];
        DCAP_TDX_MODULE_LEVEL = "dcap.tdx-module.level", "T25", Tcb, Appraisal, PCS_TCB,
            fails ["no-level"];
        DCAP_TCB_RELAUNCH = "dcap.tcb.relaunch", "T27", Tcb, Appraisal, QVL,
            warns ["relaunch"],
            fails ["no-level"];
        DCAP_TCB_STATUS = "dcap.tcb.status", "T26", Tcb, Appraisal, QVL,
            warns ["configuration-and-sw-hardening-needed", "configuration-needed", "out-of-date", "relaunch", "sw-hardening-needed"],
            fails ["revoked"];
        DCAP_TCB_ADVISORIES = "dcap.tcb.advisories", "T28", Tcb, Appraisal, PCS,
            warns ["advisories"];
    }
}
