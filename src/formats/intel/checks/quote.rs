//! What SGX and TDX quotes share beside their signatures: form, firmware policy, report data.

const TDX: &str = "Intel TDX DCAP Quoting Library API, appendix A.3";
const PCS: &str = "Intel PCS API v4, TCB info";

crate::finding::table! {
    SHARED {
        DCAP_QUOTE_VENDOR = "dcap.quote.vendor", "T3", Report, Authenticity, TDX,
            fails ["not-equal"];
        DCAP_QUOTE_TRAILING = "dcap.quote.trailing", "T4", Report, Appraisal, TDX,
            warns ["not-signed"],
            allows ["not-signed"],
            fails ["not-signed"];
        DCAP_POLICY_STATUS = "dcap.policy.tcb-status", "T29", Tcb, Appraisal, PCS,
            carries [Tcb],
            is [SignedList],
            warns ["configuration", "grace", "hardening", "out-of-date", "relaunch"],
            allows ["configuration", "hardening", "out-of-date", "relaunch"],
            fails ["configuration", "hardening", "out-of-date", "relaunch", "revoked"];
        DCAP_POLICY_EVALUATION = "dcap.policy.evaluation-number", "T14", Tcb, Appraisal, PCS,
            is [NeedsReference],
            fails ["below-minimum"];
        DCAP_POLICY_PLATFORM = "dcap.policy.platform", "T40", Chip, Appraisal, "Intel PCK certificate, PPID (1.2.840.113741.1.13.1.1)",
            is [NeedsReference],
            fails ["not-listed"];
        DCAP_POLICY_FMSPC = "dcap.policy.fmspc", "T40", Chip, Appraisal, "Intel PCK certificate, FMSPC (1.2.840.113741.1.13.1.4)",
            is [NeedsReference],
            fails ["not-listed"];
        DCAP_POLICY_QE_VENDOR = "dcap.policy.qe-vendor", "T3", Report, Appraisal, TDX,
            is [NeedsReference],
            fails ["not-listed"];
        DCAP_REPORT_DATA = "dcap.report-data", "T39", KeyBinding, Appraisal, TDX,
            carries [KeyBinding],
            is [NeedsReference],
            fails ["disagree", "not-equal"];
    }
}
