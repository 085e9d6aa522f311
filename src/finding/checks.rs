//! Every check there is.

use super::{Check, LinkId, Tier};

macro_rules! checks {
    ($($name:ident = $id:literal, $step:literal, $link:ident, $tier:ident, $basis:expr;)*) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub static $name: Check = Check {
                id: $id,
                step: $step,
                link: LinkId::$link,
                tier: Tier::$tier,
                basis: $basis,
            };
        )*

        /// Every check, in the order of this file.
        pub static ALL: &[&Check] = &[$(&$name),*];
    };
}

/// The check called `id`.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.id == id)
}

const ABI: &str = "AMD SEV-SNP Firmware ABI 56860, ATTESTATION_REPORT";
const ABI_POLICY: &str = "AMD SEV-SNP Firmware ABI 56860, guest policy";
const ABI_PLATFORM: &str = "AMD SEV-SNP Firmware ABI 56860, PLATFORM_INFO";
const ABI_TCB: &str = "AMD SEV-SNP Firmware ABI 56860, TCB_VERSION";
const KDS: &str = "AMD VCEK Certificate and KDS Interface Specification 57230";
const PKIX: &str = "RFC 5280";
const BUNDLE: &str = "Sigstore client specification, section 4; bundle format v0.1 to v0.3";
const REKOR: &str = "Sigstore client specification, transparency log; RFC 6962 section 2.1";
const FULCIO: &str = "Fulcio certificate extensions 1.3.6.1.4.1.57264.1";
const INTOTO: &str = "in-toto attestation framework, Statement v1; DSSE v1";
const TINFOIL: &str = "Tinfoil attestation bundle, sev-snp-guest/v2 and snp-tdx-multiplatform/v1";

checks! {
    SNP_ROOT_PINNED = "snp.root.pinned", "S4", HardwareRoot, Authenticity, KDS;
    SNP_ROOT_SUPPLIED = "snp.root.supplied", "S4", HardwareRoot, Appraisal, KDS;
    SNP_ASK_ROLE = "snp.ask.role", "S4", HardwareRoot, Authenticity, KDS;
    SNP_ASK_PARAMETERS = "snp.ask.parameters", "S4", HardwareRoot, Authenticity, "RFC 4055 section 3.1";
    SNP_ASK_SIGNATURE = "snp.ask.signature", "S4", HardwareRoot, Authenticity, KDS;
    SNP_ARK_VALIDITY = "snp.ark.validity", "S5", HardwareRoot, Authenticity, PKIX;
    SNP_ASK_VALIDITY = "snp.ask.validity", "S5", HardwareRoot, Authenticity, PKIX;
    SNP_CRL_SIGNATURE = "snp.crl.signature", "S6", HardwareRoot, Appraisal, "RFC 5280 section 6.3";
    SNP_CRL_FRESHNESS = "snp.crl.freshness", "S6", HardwareRoot, Appraisal, "RFC 5280 section 5.1.2";
    SNP_CRL_REVOCATION = "snp.crl.revocation", "S6", HardwareRoot, Appraisal, "RFC 5280 section 6.3";

    SNP_PRODUCT = "snp.product", "S3", Chip, Authenticity, KDS;
    SNP_VEK_ROLE = "snp.vek.role", "S2", Chip, Authenticity, KDS;
    SNP_VEK_PARAMETERS = "snp.vek.parameters", "S4", Chip, Authenticity, "RFC 4055 section 3.1";
    SNP_VEK_SIGNATURE = "snp.vek.signature", "S4", Chip, Authenticity, KDS;
    SNP_VEK_VALIDITY = "snp.vek.validity", "S5", Chip, Authenticity, PKIX;
    SNP_VEK_TCB = "snp.vek.tcb", "S8", Chip, Authenticity, KDS;
    SNP_CHIP_ID = "snp.chip-id", "S9", Chip, Authenticity, KDS;
    SNP_PRODUCT_STANDING = "snp.product.standing", "S11", Chip, Appraisal, "Silicon to Source's own table, dated";

    SNP_REPORT_VERSION = "snp.report.version", "S1", Report, Authenticity, ABI;
    SNP_REPORT_ALGORITHM = "snp.report.algorithm", "S1", Report, Authenticity, ABI;
    SNP_REPORT_RESERVED = "snp.report.reserved", "S1", Report, Appraisal, ABI;
    SNP_REPORT_SIGNING_KEY = "snp.report.signing-key", "S2", Report, Authenticity, ABI;
    SNP_REPORT_SIGNATURE = "snp.report.signature", "S7", Report, Authenticity, ABI;

    SNP_TCB_ORDER = "snp.tcb.order", "S10", Tcb, Appraisal, ABI_TCB;
    SNP_TCB_PROVISIONAL = "snp.tcb.provisional", "S10", Tcb, Appraisal, ABI_TCB;
    SNP_TCB_MINIMUM = "snp.tcb.minimum", "S11", Tcb, Appraisal, "Silicon to Source's own table from AMD's bulletins, dated";
    SNP_FIRMWARE_MINIMUM = "snp.firmware.minimum", "S12", Tcb, Appraisal, ABI;
    SNP_MITIGATIONS = "snp.mitigations", "S22", Tcb, Appraisal, ABI;
    SNP_PLATFORM_SMT = "snp.platform.smt", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_TSME = "snp.platform.tsme", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_ECC = "snp.platform.ecc", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_RAPL = "snp.platform.rapl-disabled", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_CIPHERTEXT_HIDING = "snp.platform.ciphertext-hiding", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_ALIAS_CHECK = "snp.platform.alias-check", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_IOMMU_WRITE_SAFE = "snp.platform.iommu-write-safe", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_TIO = "snp.platform.tio", "S14", Tcb, Appraisal, ABI_PLATFORM;
    SNP_PLATFORM_RESERVED = "snp.platform.reserved", "S14", Tcb, Appraisal, ABI_PLATFORM;

    SNP_POLICY_DEBUG = "snp.guest-policy.debug", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_MIGRATION = "snp.guest-policy.migration-agent", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_ABI = "snp.guest-policy.abi", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_SMT = "snp.guest-policy.smt", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_SINGLE_SOCKET = "snp.guest-policy.single-socket", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_CXL = "snp.guest-policy.cxl", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_AES_XTS = "snp.guest-policy.aes-256-xts", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_RAPL = "snp.guest-policy.rapl-disabled", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_CIPHERTEXT_HIDING = "snp.guest-policy.ciphertext-hiding", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_PAGE_SWAP = "snp.guest-policy.page-swap-disabled", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_POLICY_RESERVED = "snp.guest-policy.reserved", "S13", Measurements, Appraisal, ABI_POLICY;
    SNP_VMPL = "snp.vmpl", "S15", Measurements, Appraisal, ABI;
    SNP_GUEST_SVN = "snp.guest-svn", "S16", Measurements, Appraisal, ABI;
    SNP_FAMILY_ID = "snp.family-id", "S16", Measurements, Appraisal, ABI;
    SNP_IMAGE_ID = "snp.image-id", "S16", Measurements, Appraisal, ABI;
    SNP_ID_KEY = "snp.id-key", "S17", Measurements, Appraisal, ABI;
    SNP_AUTHOR_KEY = "snp.author-key", "S17", Measurements, Appraisal, ABI;
    SNP_MEASUREMENT = "snp.measurement", "S18", Measurements, Appraisal, ABI;
    SNP_HOST_DATA = "snp.host-data", "S19", Measurements, Appraisal, ABI;
    SNP_MIGRATION_REPORT = "snp.migration-report", "S21", Measurements, Appraisal, ABI;
    SNP_REPORT_DATA = "snp.report-data", "S20", KeyBinding, Appraisal, ABI;

    SIGSTORE_BUNDLE = "sigstore.bundle", "1.1", Provenance, Authenticity, BUNDLE;
    SIGSTORE_TRUSTED_ROOT = "sigstore.trusted-root", "1.0", Provenance, Authenticity, "Sigstore trusted_root v0.1";
    SIGSTORE_TIME = "sigstore.time", "1.2", Provenance, Authenticity, "Sigstore client specification, section 4, step 0";
    SIGSTORE_TIMESTAMP = "sigstore.timestamp", "1.6", Provenance, Authenticity, "RFC 3161 section 2.4.2";
    SIGSTORE_CERTIFICATE_CHAIN = "sigstore.certificate.chain", "1.3", Provenance, Authenticity, "RFC 5280 section 6.1";
    SIGSTORE_CERTIFICATE_VALIDITY = "sigstore.certificate.validity", "1.3", Provenance, Authenticity, "Sigstore client specification, section 4, step 1";
    SIGSTORE_CERTIFICATE_PROFILE = "sigstore.certificate.profile", "1.3", Provenance, Authenticity, "Fulcio certificate profile";
    SIGSTORE_SCT = "sigstore.sct", "1.4", Provenance, Authenticity, "RFC 6962 section 3.2";
    SIGSTORE_LOG_ENTRY = "sigstore.log.entry", "1.5", Provenance, Authenticity, "Sigstore client specification, section 4, step 8";
    SIGSTORE_LOG_INCLUSION = "sigstore.log.inclusion", "1.5", Provenance, Authenticity, REKOR;
    SIGSTORE_LOG_CHECKPOINT = "sigstore.log.checkpoint", "1.5", Provenance, Authenticity, "C2SP tlog-checkpoint; C2SP signed-note";
    SIGSTORE_LOG_PROMISE = "sigstore.log.promise", "1.5", Provenance, Authenticity, "Rekor signed entry timestamp; RFC 8785";
    SIGSTORE_SIGNATURE = "sigstore.signature", "1.7", Provenance, Authenticity, "DSSE v1, PAE";
    SIGSTORE_SUBJECT = "sigstore.subject", "1.7", Provenance, Authenticity, INTOTO;
    SIGSTORE_LIBRARY = "sigstore.library", "4", Provenance, Authenticity, "sigstore-verify 0.15.1, the whole procedure";

    PROVENANCE_STATEMENT = "provenance.statement", "1.7", Provenance, Authenticity, INTOTO;
    PROVENANCE_PREDICATE_TYPE = "provenance.predicate-type", "1.7", Provenance, Appraisal, INTOTO;
    PROVENANCE_ISSUER = "provenance.issuer", "1.8", Provenance, Appraisal, FULCIO;
    PROVENANCE_WORKFLOW = "provenance.workflow", "1.8", Provenance, Appraisal, FULCIO;
    PROVENANCE_RUNNER = "provenance.runner", "1.8", Provenance, Appraisal, FULCIO;
    PROVENANCE_TRIGGER = "provenance.trigger", "1.8", Provenance, Appraisal, FULCIO;
    PROVENANCE_REPOSITORY = "provenance.repository", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_REPOSITORY_ID = "provenance.repository-id", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_OWNER = "provenance.owner", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_OWNER_ID = "provenance.owner-id", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_REF = "provenance.ref", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_COMMIT = "provenance.commit", "1.8", Commit, Appraisal, FULCIO;
    PROVENANCE_PREDICATE_AGREES = "provenance.predicate-agrees", "1.9", Commit, Appraisal, "SLSA provenance v1 for GitHub Actions";
    PROVENANCE_SOURCE = "provenance.source", "", Commit, Appraisal, "git object format";

    TINFOIL_DIGEST = "tinfoil.digest", "", Provenance, Appraisal, TINFOIL;
    TINFOIL_MEASUREMENT = "tinfoil.measurement", "S18", Measurements, Appraisal, TINFOIL;
    TINFOIL_RECOMPUTED = "tinfoil.measurement-recomputed", "S18", Image, Appraisal, "AMD SEV-SNP Firmware ABI 56860, launch digest";
    TINFOIL_CONFIG = "tinfoil.config", "", Image, Appraisal, TINFOIL;
    TINFOIL_CONTAINER = "tinfoil.container", "", Image, Appraisal, TINFOIL;
    TINFOIL_VM_IMAGE = "tinfoil.vm-image", "", Image, Appraisal, TINFOIL;

    TLS_VALIDITY = "binding.tls.validity", "", KeyBinding, Appraisal, PKIX;
    TLS_ISSUER = "binding.tls.issuer", "", KeyBinding, Appraisal, PKIX;
    TLS_DOMAIN = "binding.tls.domain", "", KeyBinding, Appraisal, "RFC 9525 section 6";
    TLS_KEY = "binding.tls.key", "S20", KeyBinding, Appraisal, TINFOIL;
    TLS_HPKE = "binding.tls.hpke", "S20", KeyBinding, Appraisal, TINFOIL;
    TLS_DOCUMENT = "binding.tls.document", "", KeyBinding, Appraisal, TINFOIL;
    TLS_CONNECTION = "binding.tls.connection", "", KeyBinding, Appraisal, "what a web page can see of its connection";
    FRESHNESS = "binding.freshness", "", KeyBinding, Appraisal, "RFC 9334 section 10";

    LINK_HARDWARE_ROOT = "link.hardware-root", "", HardwareRoot, Appraisal, "Silicon to Source: the chain";
    LINK_CHIP = "link.chip", "", Chip, Appraisal, "Silicon to Source: the chain";
    LINK_REPORT = "link.report", "", Report, Appraisal, "Silicon to Source: the chain";
    LINK_TCB = "link.tcb", "", Tcb, Appraisal, "Silicon to Source: the chain";
    LINK_MEASUREMENTS = "link.measurements", "", Measurements, Appraisal, "Silicon to Source: the chain";
    LINK_IMAGE = "link.image", "", Image, Appraisal, "Silicon to Source: the chain";
    LINK_PROVENANCE = "link.provenance", "", Provenance, Appraisal, "Silicon to Source: the chain";
    LINK_COMMIT = "link.commit", "", Commit, Appraisal, "Silicon to Source: the chain";
    LINK_KEY_BINDING = "link.key-binding", "", KeyBinding, Appraisal, "Silicon to Source: the chain";
}

/// The checks that tie a measurement to a known image: without one of them, hardware evidence
/// says that some code runs, and not which.
pub static IDENTIFIES_IMAGE: &[&Check] = &[&SNP_MEASUREMENT, &TINFOIL_MEASUREMENT];

/// The check that says whether anything was supplied for `link`.
pub const fn presence(link: LinkId) -> &'static Check {
    match link {
        LinkId::HardwareRoot => &LINK_HARDWARE_ROOT,
        LinkId::Chip => &LINK_CHIP,
        LinkId::Report => &LINK_REPORT,
        LinkId::Tcb => &LINK_TCB,
        LinkId::Measurements => &LINK_MEASUREMENTS,
        LinkId::Image => &LINK_IMAGE,
        LinkId::Provenance => &LINK_PROVENANCE,
        LinkId::Commit => &LINK_COMMIT,
        LinkId::KeyBinding => &LINK_KEY_BINDING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_ids_are_unique() {
        let mut ids: Vec<_> = ALL.iter().map(|check| check.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }
}
