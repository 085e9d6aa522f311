//! Azure confidential VMs on SEV-SNP and on TDX.

const DESIGN: &str = "Microsoft, Azure confidential VMs: guest attestation design detail; OpenHCL attestation report";
const QUOTE: &str = "TCG TPM 2.0 Library, part 3, TPM2_Quote";
const AK: &str =
    "Microsoft, Trusted Launch for Azure virtual machines: vTPM attestation key certificates";

crate::finding::table! {
    OTHERS {
        AZURE_RUNTIME_DATA = "azure.runtime-data", "", Report, Authenticity, DESIGN,
            fails ["not-equal"];
        AZURE_VMPL = "azure.vmpl", "", Report, Authenticity, "AMD 56860, VMPL of the caller; OpenHCL runs at VMPL 0",
            fails ["not-equal"];
        AZURE_TD_REPORT = "azure.td-report", "", Report, Authenticity, "Intel TDX module 1.5 ABI, TDREPORT_STRUCT",
            fails ["not-equal"];
        AZURE_KEY = "azure.key", "", Report, Authenticity, DESIGN,
            fails ["not-exactly-one", "wrong-key"];
        AZURE_QUOTE_FORM = "azure.quote.form", "", Report, Authenticity, "TCG TPM 2.0 Library, part 2, TPMS_ATTEST",
            fails ["malformed", "missing", "too-large", "unsupported"];
        AZURE_QUOTE_SIGNATURE = "azure.quote.signature", "", Report, Authenticity, QUOTE,
            fails ["bad-signature"];
        AZURE_QUOTE_REGISTERS = "azure.quote.registers", "", Report, Authenticity, QUOTE,
            tells [Measurements],
            fails ["another-bank", "another-selection", "not-equal"];
        AZURE_CERTIFICATE = "azure.certificate", "", Report, Authenticity, AK,
            fails ["malformed", "not-equal"];
        AZURE_CERTIFICATE_ISSUER = "azure.certificate.issuer", "", Report, Appraisal, AK,
            is [NeedsReference],
            fails ["bad-signature", "expired", "malformed", "not-a-ca", "not-yet-valid", "wrong-root"];
        AZURE_PARAVISOR = "azure.paravisor", "", Measurements, Appraisal, "AMD 56860, MEASUREMENT; Intel TDX module 1.5 ABI, TDINFO_STRUCT",
            is [NeedsReference],
            fails ["not-listed"];
    }
    APPRAISAL {
        AZURE_NONCE = "azure.nonce", "", Report, Appraisal, QUOTE,
            is [NeedsReference, Challenge],
            fails ["malformed", "not-equal"];
        AZURE_USER_DATA = "azure.user-data", "", Report, Appraisal, DESIGN,
            is [NeedsReference],
            fails ["malformed", "missing", "not-equal"];
        AZURE_BOOT = "azure.boot", "", Measurements, Appraisal, "TCG PC Client Platform Firmware Profile, PCR use",
            is [NeedsReference],
            fails ["missing", "not-equal"];
        AZURE_SECURE_BOOT = "azure.secure-boot", "", Measurements, Appraisal, DESIGN,
            warns ["off"],
            allows ["off"],
            fails ["off"];
    }
}
