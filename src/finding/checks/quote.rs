//! What SGX and TDX quotes share beside their signatures: form, firmware policy, report data.

const TDX: &str = "Intel TDX DCAP Quoting Library API, appendix A.3";
const PCS: &str = "Intel PCS API v4, TCB info";

checks! {
    DCAP_QUOTE_VENDOR = "dcap.quote.vendor", "T3", Report, Authenticity, TDX;
    DCAP_QUOTE_TRAILING = "dcap.quote.trailing", "T4", Report, Appraisal, TDX;
    DCAP_POLICY_STATUS = "dcap.policy.tcb-status", "T29", Tcb, Appraisal, PCS,
        carries [Tcb];
    DCAP_POLICY_EVALUATION = "dcap.policy.evaluation-number", "T14", Tcb, Appraisal, PCS,
        is [NeedsReference];
    DCAP_POLICY_PLATFORM = "dcap.policy.platform", "T40", Chip, Appraisal, "Intel PCK certificate, PPID (1.2.840.113741.1.13.1.1)",
        is [NeedsReference];
    DCAP_REPORT_DATA = "dcap.report-data", "T39", KeyBinding, Appraisal, TDX,
        carries [KeyBinding],
        is [NeedsReference];
}
