//! Quotes of a cloud provider's virtual TPM.

const PKI: &str =
    "Google Cloud, virtual TPM endorsement and attestation key certificates; RFC 5280 section 6.1";
const STRUCTURES: &str = "TCG TPM 2.0 Library, part 2, TPMS_ATTEST and TPMA_OBJECT";
const PART_3: &str = "TCG TPM 2.0 Library, part 3, TPM2_Quote";

crate::finding::table! {
    OTHERS {
        TPM_PROVIDER = "tpm.provider", "", HardwareRoot, Appraisal, "DESIGN section 4, level A2",
            is [NeverPasses],
            warns ["provider-is-the-root"];
    }
    CHAIN {
        TPM_ROOT = "tpm.root", "", HardwareRoot, Authenticity, PKI,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        TPM_CHAIN_ROLE = "tpm.chain.role", "", Chip, Authenticity, PKI,
            fails ["is-a-ca", "not-a-ca", "path-length", "unknown-extension", "wrong-key"];
        TPM_CHAIN_SIGNATURE = "tpm.chain.signature", "", Chip, Authenticity, PKI,
            carries [HardwareRoot, Chip],
            joins [HardwareRoot => Chip],
            fails ["bad-signature"];
        TPM_CHAIN_VALIDITY = "tpm.chain.validity", "", Chip, Authenticity, PKI,
            fails ["expired", "not-yet-valid"];
        TPM_CHAIN_REVOCATION = "tpm.chain.revocation", "", Chip, Appraisal, PKI,
            is [Withdrawal],
            fails ["bad-signature", "missing", "not-yet-valid", "revoked", "stale", "unknown-extension"];
    }
    QUOTE {
        TPM_KEY = "tpm.key", "", Chip, Authenticity, STRUCTURES,
            fails ["malformed", "missing", "not-certified", "not-restricted", "too-large", "unsupported"];
        TPM_QUOTE_FORM = "tpm.quote.form", "", Report, Authenticity, STRUCTURES,
            fails ["malformed", "missing", "too-large", "unsupported"];
        TPM_QUOTE_SIGNER = "tpm.quote.signer", "", Report, Authenticity, "TCG TPM 2.0 Library, part 1, section 16: names",
            fails ["algorithm", "another-key"];
        TPM_QUOTE_SIGNATURE = "tpm.quote.signature", "", Report, Authenticity, PART_3,
            carries [Report],
            joins [Chip => Report],
            fails ["algorithm", "bad-signature", "malformed", "missing", "too-large", "unsupported"];
        TPM_QUOTE_REGISTERS = "tpm.quote.registers", "", Report, Authenticity, PART_3,
            carries [Measurements],
            joins [Report => Measurements],
            fails ["algorithm", "another-bank", "another-selection", "not-equal"];
        TPM_QUOTE_AGREEMENT = "tpm.quote.agreement", "", Report, Authenticity, PART_3,
            fails ["another-boot", "another-nonce", "duplicate"];
    }
    APPRAISAL {
        TPM_NONCE = "tpm.nonce", "", Report, Appraisal, PART_3,
            is [NeedsReference, Challenge],
            fails ["malformed", "not-equal"];
        TPM_SECURE_BOOT = "tpm.secure-boot", "", Measurements, Appraisal, "TCG PC Client Platform Firmware Profile, PCR 7",
            warns ["off"],
            allows ["off"],
            fails ["off"];
    }
}
