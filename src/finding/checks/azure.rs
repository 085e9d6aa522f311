//! Azure confidential VMs on SEV-SNP.

const DESIGN: &str = "Microsoft, Azure confidential VMs: guest attestation design detail; OpenHCL attestation report";
const QUOTE: &str = "TCG TPM 2.0 Library, part 3, TPM2_Quote";

checks! {
    AZURE_RUNTIME_DATA = "azure.runtime-data", "", Report, Authenticity, DESIGN;
    AZURE_VMPL = "azure.vmpl", "", Report, Authenticity, "AMD 56860, VMPL of the caller; OpenHCL runs at VMPL 0";
    AZURE_KEY = "azure.key", "", Report, Authenticity, DESIGN;
    AZURE_QUOTE_FORM = "azure.quote.form", "", Report, Authenticity, "TCG TPM 2.0 Library, part 2, TPMS_ATTEST";
    AZURE_QUOTE_SIGNATURE = "azure.quote.signature", "", Report, Authenticity, QUOTE;
    AZURE_QUOTE_REGISTERS = "azure.quote.registers", "", Report, Authenticity, QUOTE,
        tells [Measurements];
    AZURE_NONCE = "azure.nonce", "", Report, Appraisal, QUOTE,
        is [NeedsReference];
    AZURE_PARAVISOR = "azure.paravisor", "", Measurements, Appraisal, "AMD 56860, MEASUREMENT",
        is [NeedsReference];
    AZURE_BOOT = "azure.boot", "", Measurements, Appraisal, "TCG PC Client Platform Firmware Profile, PCR use",
        is [NeedsReference];
    AZURE_SECURE_BOOT = "azure.secure-boot", "", Measurements, Appraisal, DESIGN;
}
