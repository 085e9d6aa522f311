//! SEV-SNP: AMD's chain, the report and its values.

const ABI: &str = "AMD SEV-SNP Firmware ABI 56860, ATTESTATION_REPORT";
const ABI_POLICY: &str = "AMD SEV-SNP Firmware ABI 56860, guest policy";
const ABI_PLATFORM: &str = "AMD SEV-SNP Firmware ABI 56860, PLATFORM_INFO";
const ABI_TCB: &str = "AMD SEV-SNP Firmware ABI 56860, TCB_VERSION";
const KDS: &str = "AMD VCEK Certificate and KDS Interface Specification 57230";
const PKIX: &str = "RFC 5280";

crate::finding::table! {
    AUTHORITY {
        SNP_ROOT_PINNED = "snp.root.pinned", "S4", HardwareRoot, Authenticity, KDS,
            warns ["named"],
            fails ["simulated", "wrong-root"];
        SNP_ARK_VALIDITY = "snp.ark.validity", "S5", HardwareRoot, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
        SNP_ASK_ROLE = "snp.ask.role", "S4", HardwareRoot, Authenticity, KDS,
            fails ["not-a-ca", "unknown-extension", "wrong-key", "wrong-name"];
        SNP_ASK_PARAMETERS = "snp.ask.parameters", "S4", HardwareRoot, Authenticity, "RFC 4055 section 3.1",
            fails ["wrong-parameters"];
        SNP_ASK_SIGNATURE = "snp.ask.signature", "S4", HardwareRoot, Authenticity, KDS,
            carries [HardwareRoot],
            fails ["bad-signature", "wrong-issuer"];
        SNP_ASK_VALIDITY = "snp.ask.validity", "S5", HardwareRoot, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
    }
    OTHERS {
        SNP_ROOT_SUPPLIED = "snp.root.supplied", "S4", HardwareRoot, Appraisal, KDS,
            warns ["not-equal"];
        SNP_REPORT_VERSION = "snp.report.version", "S1", Report, Authenticity, ABI,
            warns ["no-cpuid"];
        SNP_REPORT_ALGORITHM = "snp.report.algorithm", "S1", Report, Authenticity, ABI,
            fails ["unsupported"];
        SNP_REPORT_SIGNING_KEY = "snp.report.signing-key", "S2", Report, Authenticity, ABI,
            fails ["masked", "not-equal", "unsupported"];
        SNP_REPORT_SIGNATURE = "snp.report.signature", "S7", Report, Authenticity, ABI,
            carries [Report, Measurements],
            joins [Chip => Report, Report => Measurements],
            fails ["bad-signature", "malformed"];
    }
    CRL {
        SNP_CRL_SIGNATURE = "snp.crl.signature", "S6", HardwareRoot, Appraisal, "RFC 5280 section 6.3",
            fails ["bad-signature", "unknown-extension"];
        SNP_CRL_FRESHNESS = "snp.crl.freshness", "S6", HardwareRoot, Appraisal, "RFC 5280 section 5.1.2",
            fails ["missing", "not-yet-valid", "stale"];
        SNP_CRL_REVOCATION = "snp.crl.revocation", "S6", HardwareRoot, Appraisal, "RFC 5280 section 6.3",
            is [Withdrawal],
            fails ["revoked"];
    }
    VEK {
        SNP_PRODUCT = "snp.product", "S3", Chip, Authenticity, KDS,
            fails ["missing", "not-equal", "unsupported"];
        SNP_VEK_ROLE = "snp.vek.role", "S2", Chip, Authenticity, KDS,
            fails ["is-a-ca", "unknown-extension", "wrong-ids", "wrong-issuer", "wrong-key", "wrong-name"];
        SNP_VEK_PARAMETERS = "snp.vek.parameters", "S4", Chip, Authenticity, "RFC 4055 section 3.1",
            fails ["wrong-parameters"];
        SNP_VEK_SIGNATURE = "snp.vek.signature", "S4", Chip, Authenticity, KDS,
            carries [Chip],
            joins [HardwareRoot => Chip],
            fails ["bad-signature", "wrong-issuer"];
        SNP_VEK_VALIDITY = "snp.vek.validity", "S5", Chip, Authenticity, PKIX,
            fails ["expired", "not-yet-valid"];
        SNP_VEK_TCB = "snp.vek.tcb", "S8", Chip, Authenticity, KDS,
            fails ["missing", "not-equal"];
        SNP_CHIP_ID = "snp.chip-id", "S9", Chip, Authenticity, KDS,
            warns ["masked"],
            fails ["malformed", "missing", "not-equal"];
    }
    APPRAISAL {
        SNP_REPORT_RESERVED = "snp.report.reserved", "S1", Report, Appraisal, ABI,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_PRODUCT_STANDING = "snp.product.standing", "S11", Chip, Appraisal, "Silicon to Source's own table, dated",
            warns ["weak-product"],
            allows ["weak-product"],
            fails ["not-listed", "weak-product"];
        SNP_TCB_ORDER = "snp.tcb.order", "S10", Tcb, Appraisal, ABI_TCB,
            warns ["newer"],
            fails ["newer"];
        SNP_TCB_PROVISIONAL = "snp.tcb.provisional", "S10", Tcb, Appraisal, ABI_TCB,
            warns ["provisional"],
            allows ["provisional"],
            fails ["provisional"];
        SNP_TCB_MINIMUM = "snp.tcb.minimum", "S11", Tcb, Appraisal, "Silicon to Source's own table from AMD's bulletins, dated",
            carries [Tcb],
            is [IdleAnswers, OwnTable],
            warns ["below-minimum", "no-cpuid"],
            allows ["below-minimum", "no-cpuid"],
            fails ["below-floor", "below-minimum", "no-cpuid"];
        SNP_FIRMWARE_MINIMUM = "snp.firmware.minimum", "S12", Tcb, Appraisal, ABI,
            carries [Tcb],
            is [NeedsReference],
            fails ["below-minimum"];
        SNP_POLICY_DEBUG = "snp.guest-policy.debug", "S13", Measurements, Appraisal, ABI_POLICY,
            tells [Measurements],
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_POLICY_MIGRATION = "snp.guest-policy.migration-agent", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_POLICY_ABI = "snp.guest-policy.abi", "S13", Measurements, Appraisal, ABI_POLICY,
            fails ["below-minimum", "disagree"];
        SNP_POLICY_SMT = "snp.guest-policy.smt", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_POLICY_SINGLE_SOCKET = "snp.guest-policy.single-socket", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_POLICY_CXL = "snp.guest-policy.cxl", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_POLICY_AES_XTS = "snp.guest-policy.aes-256-xts", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_POLICY_RAPL = "snp.guest-policy.rapl-disabled", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_POLICY_CIPHERTEXT_HIDING = "snp.guest-policy.ciphertext-hiding", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_POLICY_PAGE_SWAP = "snp.guest-policy.page-swap-disabled", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_POLICY_RESERVED = "snp.guest-policy.reserved", "S13", Measurements, Appraisal, ABI_POLICY,
            warns ["clear", "set"],
            allows ["clear", "set"],
            fails ["clear", "set"];
        SNP_PLATFORM_SMT = "snp.platform.smt", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["set"],
            allows ["set"],
            fails ["disagree", "set"];
        SNP_PLATFORM_TSME = "snp.platform.tsme", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_PLATFORM_ECC = "snp.platform.ecc", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_PLATFORM_RAPL = "snp.platform.rapl-disabled", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear", "disagree"];
        SNP_PLATFORM_CIPHERTEXT_HIDING = "snp.platform.ciphertext-hiding", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear", "disagree"];
        SNP_PLATFORM_ALIAS_CHECK = "snp.platform.alias-check", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_PLATFORM_IOMMU_WRITE_SAFE = "snp.platform.iommu-write-safe", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["clear"],
            allows ["clear"],
            fails ["clear"];
        SNP_PLATFORM_TIO = "snp.platform.tio", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_PLATFORM_RESERVED = "snp.platform.reserved", "S14", Tcb, Appraisal, ABI_PLATFORM,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_VMPL = "snp.vmpl", "S15", Measurements, Appraisal, ABI,
            fails ["host-requested", "not-listed"];
        SNP_GUEST_SVN = "snp.guest-svn", "S16", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["below-minimum"];
        SNP_FAMILY_ID = "snp.family-id", "S16", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["not-equal"];
        SNP_IMAGE_ID = "snp.image-id", "S16", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["not-equal"];
        SNP_ID_KEY = "snp.id-key", "S17", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["not-listed"];
        SNP_AUTHOR_KEY = "snp.author-key", "S17", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["disagree", "not-listed"];
        SNP_MEASUREMENT = "snp.measurement", "S18", Measurements, Appraisal, ABI,
            carries [Image],
            joins [Measurements => Image],
            is [NeedsReference],
            fails ["not-listed"];
        SNP_HOST_DATA = "snp.host-data", "S19", Measurements, Appraisal, ABI,
            is [NeedsReference],
            fails ["not-equal"];
        SNP_REPORT_DATA = "snp.report-data", "S20", KeyBinding, Appraisal, ABI,
            carries [KeyBinding],
            is [NeedsReference],
            fails ["not-equal"];
        SNP_MIGRATION_REPORT = "snp.migration-report", "S21", Measurements, Appraisal, ABI,
            warns ["set"],
            allows ["set"],
            fails ["set"];
        SNP_MITIGATIONS = "snp.mitigations", "S22", Tcb, Appraisal, ABI,
            warns ["dropped"];
    }
}
