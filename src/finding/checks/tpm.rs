//! Quotes of a cloud provider's virtual TPM.

const PKI: &str =
    "Google Cloud, virtual TPM endorsement and attestation key certificates; RFC 5280 section 6.1";
const STRUCTURES: &str = "TCG TPM 2.0 Library, part 2, TPMS_ATTEST and TPMA_OBJECT";
const QUOTE: &str = "TCG TPM 2.0 Library, part 3, TPM2_Quote";

checks! {
    TPM_PROVIDER = "tpm.provider", "", HardwareRoot, Appraisal, "DESIGN section 4, level A2";
    TPM_ROOT = "tpm.root", "", HardwareRoot, Authenticity, PKI;
    TPM_CHAIN_ROLE = "tpm.chain.role", "", Chip, Authenticity, PKI;
    TPM_CHAIN_SIGNATURE = "tpm.chain.signature", "", Chip, Authenticity, PKI,
        carries [HardwareRoot, Chip],
        joins [HardwareRoot => Chip];
    TPM_CHAIN_VALIDITY = "tpm.chain.validity", "", Chip, Authenticity, PKI;
    TPM_CHAIN_REVOCATION = "tpm.chain.revocation", "", Chip, Appraisal, PKI;
    TPM_KEY = "tpm.key", "", Chip, Authenticity, STRUCTURES;
    TPM_QUOTE_FORM = "tpm.quote.form", "", Report, Authenticity, STRUCTURES;
    TPM_QUOTE_SIGNER = "tpm.quote.signer", "", Report, Authenticity, "TCG TPM 2.0 Library, part 1, section 16: names";
    TPM_QUOTE_SIGNATURE = "tpm.quote.signature", "", Report, Authenticity, QUOTE,
        carries [Report],
        joins [Chip => Report];
    TPM_QUOTE_REGISTERS = "tpm.quote.registers", "", Report, Authenticity, QUOTE,
        carries [Measurements],
        joins [Report => Measurements];
    TPM_QUOTE_AGREEMENT = "tpm.quote.agreement", "", Report, Authenticity, QUOTE;
    TPM_NONCE = "tpm.nonce", "", Report, Appraisal, QUOTE,
        is [NeedsReference];
    TPM_SECURE_BOOT = "tpm.secure-boot", "", Measurements, Appraisal, "TCG PC Client Platform Firmware Profile, PCR 7";
}
