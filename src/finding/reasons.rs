//! The reasons that each check can give.
//!
//! Code and wording both rest on this table: a finding whose reason is not here is an error in the
//! program, and every reason here has a sentence of its own in `www/locales`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::checks::*;
use super::{Check, Finding, Outcome};

/// The reasons of one check, by outcome.
#[derive(Clone, Copy, Debug)]
pub struct Reasons {
    /// The check.
    pub check: &'static Check,
    /// It holds, and there is this to know.
    pub warn: &'static [&'static str],
    /// It does not hold for this reason, and a policy can let that pass.
    pub allowed: &'static [&'static str],
    /// It does not hold for this reason.
    pub fail: &'static [&'static str],
}

macro_rules! reasons {
    ($($check:ident:
        $(warn [$($warn:literal),*])?
        $(allowed [$($allowed:literal),*])?
        $(fail [$($fail:literal),*])?
    ;)*) => {
        /// Every check that can do anything but pass or stay open, with its reasons.
        pub static ALL: &[Reasons] = &[$(Reasons {
            check: &$check,
            warn: &[$($($warn),*)?],
            allowed: &[$($($allowed),*)?],
            fail: &[$($($fail),*)?],
        }),*];
    };
}

static BY_CHECK: LazyLock<HashMap<&str, &Reasons>> =
    LazyLock::new(|| ALL.iter().map(|reasons| (reasons.check.id, reasons)).collect());

/// The reasons of `check`; `None` when it only passes or stays open.
pub fn of(check: &Check) -> Option<&'static Reasons> {
    BY_CHECK.get(check.id).copied()
}

/// Whether the table has the reason that `finding` gives.
pub fn lists(finding: &Finding) -> bool {
    let own = of(finding.check);
    match finding.outcome {
        Outcome::Pass | Outcome::Unknown(_) => true,
        Outcome::Warn(reason) => own.is_some_and(|own| own.warn.contains(&reason.0)),
        Outcome::Allowed(reason) => own.is_some_and(|own| own.allowed.contains(&reason.0)),
        Outcome::Fail(reason) => own.is_some_and(|own| own.fail.contains(&reason.0)),
    }
}

reasons! {
    SNP_ROOT_PINNED: fail ["simulated", "wrong-root"];
    SNP_ROOT_SUPPLIED: warn ["not-equal"];
    SNP_ASK_ROLE: fail ["not-a-ca", "unknown-extension", "wrong-key", "wrong-name"];
    SNP_ASK_PARAMETERS: fail ["wrong-parameters"];
    SNP_ASK_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    SNP_ARK_VALIDITY: fail ["expired", "not-yet-valid"];
    SNP_ASK_VALIDITY: fail ["expired", "not-yet-valid"];
    SNP_CRL_SIGNATURE: fail ["bad-signature", "unknown-extension"];
    SNP_CRL_FRESHNESS: fail ["missing", "not-yet-valid", "stale"];
    SNP_CRL_REVOCATION: fail ["revoked"];
    SNP_PRODUCT: fail ["missing", "not-equal", "unsupported"];
    SNP_VEK_ROLE: fail ["is-a-ca", "unknown-extension", "wrong-ids", "wrong-issuer", "wrong-key", "wrong-name"];
    SNP_VEK_PARAMETERS: fail ["wrong-parameters"];
    SNP_VEK_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    SNP_VEK_VALIDITY: fail ["expired", "not-yet-valid"];
    SNP_VEK_TCB: fail ["missing", "not-equal"];
    SNP_CHIP_ID: warn ["masked"] fail ["malformed", "missing", "not-equal"];
    SNP_PRODUCT_STANDING: warn ["weak-product"] allowed ["weak-product"] fail ["not-listed", "weak-product"];
    SNP_REPORT_VERSION: warn ["no-cpuid"];
    SNP_REPORT_ALGORITHM: fail ["unsupported"];
    SNP_REPORT_RESERVED: warn ["set"] allowed ["set"] fail ["set"];
    SNP_REPORT_SIGNING_KEY: fail ["masked", "not-equal", "unsupported"];
    SNP_REPORT_SIGNATURE: fail ["bad-signature", "malformed"];
    SNP_TCB_ORDER: warn ["newer"] fail ["newer"];
    SNP_TCB_PROVISIONAL: warn ["provisional"] allowed ["provisional"] fail ["provisional"];
    SNP_TCB_MINIMUM: warn ["below-minimum", "no-cpuid"] allowed ["below-minimum", "no-cpuid"] fail ["below-floor", "below-minimum", "no-cpuid"];
    SNP_FIRMWARE_MINIMUM: fail ["below-minimum"];
    SNP_MITIGATIONS: warn ["dropped"];
    SNP_PLATFORM_SMT: warn ["set"] allowed ["set"] fail ["disagree", "set"];
    SNP_PLATFORM_TSME: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_PLATFORM_ECC: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_PLATFORM_RAPL: warn ["clear"] allowed ["clear"] fail ["clear", "disagree"];
    SNP_PLATFORM_CIPHERTEXT_HIDING: warn ["clear"] allowed ["clear"] fail ["clear", "disagree"];
    SNP_PLATFORM_ALIAS_CHECK: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_PLATFORM_IOMMU_WRITE_SAFE: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_PLATFORM_TIO: warn ["set"] allowed ["set"] fail ["set"];
    SNP_PLATFORM_RESERVED: warn ["set"] allowed ["set"] fail ["set"];
    SNP_POLICY_DEBUG: warn ["set"] allowed ["set"] fail ["set"];
    SNP_POLICY_MIGRATION: warn ["set"] allowed ["set"] fail ["set"];
    SNP_POLICY_ABI: fail ["below-minimum", "disagree"];
    SNP_POLICY_SMT: warn ["set"] allowed ["set"] fail ["set"];
    SNP_POLICY_SINGLE_SOCKET: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_POLICY_CXL: warn ["set"] allowed ["set"] fail ["set"];
    SNP_POLICY_AES_XTS: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_POLICY_RAPL: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_POLICY_CIPHERTEXT_HIDING: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_POLICY_PAGE_SWAP: warn ["clear"] allowed ["clear"] fail ["clear"];
    SNP_POLICY_RESERVED: warn ["clear", "set"] allowed ["clear", "set"] fail ["clear", "set"];
    SNP_VMPL: fail ["host-requested", "not-listed"];
    SNP_GUEST_SVN: fail ["below-minimum"];
    SNP_FAMILY_ID: fail ["not-equal"];
    SNP_IMAGE_ID: fail ["not-equal"];
    SNP_ID_KEY: fail ["not-listed"];
    SNP_AUTHOR_KEY: fail ["disagree", "not-listed"];
    SNP_MEASUREMENT: fail ["not-listed"];
    SNP_HOST_DATA: fail ["not-equal"];
    SNP_MIGRATION_REPORT: warn ["set"] allowed ["set"] fail ["set"];
    SNP_REPORT_DATA: fail ["not-equal"];
    DCAP_PCK_CHAIN: fail ["malformed", "wrong-length"];
    DCAP_ROOT_PINNED: fail ["simulated", "wrong-root"];
    DCAP_ROOT_VALIDITY: fail ["expired", "not-yet-valid"];
    DCAP_PCK_CA_ROLE: fail ["not-a-ca", "unknown-extension", "wrong-key", "wrong-name", "wrong-parameters"];
    DCAP_PCK_CA_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    DCAP_PCK_CA_VALIDITY: fail ["expired", "not-yet-valid"];
    DCAP_PCK_ROLE: fail ["is-a-ca", "unknown-extension", "wrong-key", "wrong-name", "wrong-parameters"];
    DCAP_PCK_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    DCAP_PCK_VALIDITY: fail ["expired", "not-yet-valid"];
    DCAP_PCK_EXTENSION: fail ["malformed"];
    DCAP_ROOT_CRL_SIGNATURE: fail ["bad-signature", "malformed", "unknown-extension", "wrong-issuer"];
    DCAP_ROOT_CRL_FRESHNESS: fail ["missing", "not-yet-valid", "stale"];
    DCAP_ROOT_CRL_REVOCATION: fail ["revoked"];
    DCAP_PCK_CRL_SIGNATURE: fail ["bad-signature", "malformed", "unknown-extension", "wrong-issuer"];
    DCAP_PCK_CRL_FRESHNESS: fail ["missing", "not-yet-valid", "stale"];
    DCAP_PCK_CRL_REVOCATION: fail ["revoked"];
    DCAP_QE_SIGNATURE: fail ["bad-signature"];
    DCAP_QE_BINDING: fail ["not-equal"];
    DCAP_QE_PADDING: fail ["not-zero"];
    DCAP_QUOTE_SIGNATURE: fail ["bad-signature"];
    DCAP_QE_MISC_SELECT: fail ["not-equal"];
    DCAP_QE_ATTRIBUTES: fail ["not-equal"];
    DCAP_QE_SIGNER: fail ["not-equal"];
    DCAP_QE_PRODUCT: fail ["not-equal"];
    DCAP_TCB_INFO_SIGNER: fail ["bad-signature", "is-a-ca", "malformed", "unknown-extension", "wrong-issuer", "wrong-key", "wrong-length", "wrong-name", "wrong-parameters", "wrong-root"];
    DCAP_TCB_INFO_SIGNER_VALIDITY: fail ["expired", "not-yet-valid"];
    DCAP_TCB_INFO_SIGNATURE: fail ["bad-signature"];
    DCAP_TCB_INFO_FORM: fail ["malformed", "not-equal"];
    DCAP_TCB_INFO_FRESHNESS: fail ["not-yet-valid", "stale"];
    DCAP_TCB_INFO_FMSPC: fail ["not-equal"];
    DCAP_TCB_INFO_PCE_ID: fail ["not-equal"];
    DCAP_TCB_INFO_TYPE: fail ["unsupported"];
    DCAP_QE_IDENTITY_SIGNER: fail ["bad-signature", "is-a-ca", "malformed", "unknown-extension", "wrong-issuer", "wrong-key", "wrong-length", "wrong-name", "wrong-parameters", "wrong-root"];
    DCAP_QE_IDENTITY_SIGNER_VALIDITY: fail ["expired", "not-yet-valid"];
    DCAP_QE_IDENTITY_SIGNATURE: fail ["bad-signature"];
    DCAP_QE_IDENTITY_FORM: fail ["malformed", "not-equal"];
    DCAP_QE_IDENTITY_FRESHNESS: fail ["not-yet-valid", "stale"];
    DCAP_EVALUATION: warn ["disagree"];
    DCAP_QE_LEVEL: fail ["no-level"];
    DCAP_TCB_LEVEL: fail ["no-level"];
    DCAP_TDX_MODULE_IDENTITY: fail ["missing", "not-equal"];
    DCAP_TDX_MODULE_LEVEL: fail ["no-level"];
    DCAP_TCB_RELAUNCH: warn ["relaunch"] fail ["no-level"];
    DCAP_TCB_STATUS: warn ["configuration-and-sw-hardening-needed", "configuration-needed", "out-of-date", "relaunch", "sw-hardening-needed"] fail ["revoked"];
    DCAP_TCB_ADVISORIES: warn ["advisories"];
    EVENTLOG_REPLAY: fail ["event-changed", "extra-events", "not-equal"];
    EVENTLOG_DIGESTS: fail ["missing", "not-equal", "preimage"];
    EVENTLOG_LAUNCH: fail ["failed-launch"];
    EVENTLOG_NAMES: fail ["after-launch", "duplicate", "unsupported"];
    EVENTLOG_COVERAGE: warn ["not-replayed"];
    DCAP_QUOTE_VENDOR: fail ["not-equal"];
    DCAP_QUOTE_TRAILING: warn ["not-signed"] allowed ["not-signed"] fail ["not-signed"];
    DCAP_POLICY_STATUS: warn ["configuration", "grace", "hardening", "out-of-date", "relaunch"] allowed ["configuration", "hardening", "out-of-date", "relaunch"] fail ["configuration", "hardening", "out-of-date", "relaunch", "revoked"];
    DCAP_POLICY_EVALUATION: fail ["below-minimum"];
    DCAP_POLICY_PLATFORM: fail ["not-listed"];
    DCAP_REPORT_DATA: fail ["disagree", "not-equal"];
    TDX_SEAM_SIGNER: warn ["not-equal"] allowed ["not-equal"] fail ["not-equal"];
    TDX_SEAM_ATTRIBUTES: warn ["set"] allowed ["set"] fail ["set"];
    TDX_SEAM_MEASUREMENT: fail ["not-listed"];
    TDX_DEBUG: warn ["set"] allowed ["set"] fail ["set"];
    TDX_UNTRUSTED: warn ["set"] allowed ["set"] fail ["set"];
    TDX_SEPT_VE_DISABLE: warn ["clear"] allowed ["clear"] fail ["clear"];
    TDX_PKS: warn ["set"] allowed ["set"] fail ["set"];
    TDX_KEY_LOCKER: warn ["set"] allowed ["set"] fail ["set"];
    TDX_PERFMON: warn ["set"] allowed ["set"] fail ["set"];
    TDX_AGENT: warn ["set"] allowed ["set"] fail ["set"];
    TDX_RESERVED: warn ["set"] allowed ["set"] fail ["set"];
    TDX_MIGRATABLE: warn ["set"] allowed ["set"] fail ["set"];
    TDX_SERVICE_TD: warn ["set"] allowed ["set"] fail ["set"];
    TDX_XFAM: warn ["set"] allowed ["set"] fail ["clear", "not-listed", "set"];
    TDX_CONFIG_ID: fail ["not-equal", "not-listed"];
    TDX_OWNER: fail ["not-equal", "not-listed"];
    TDX_OWNER_CONFIG: fail ["not-equal", "not-listed"];
    TDX_MRTD: fail ["not-listed"];
    TDX_RTMR: fail ["not-listed"];
    TDX_SOFTWARE: fail ["not-listed"];
    SGX_DEBUG: warn ["set"] allowed ["set"] fail ["set"];
    SGX_INIT: fail ["clear"];
    SGX_PROVISION_KEY: warn ["set"] allowed ["set"] fail ["set"];
    SGX_XFRM: warn ["set"] allowed ["set"] fail ["clear", "not-listed", "set"];
    SGX_RESERVED: warn ["set"] allowed ["set"] fail ["set"];
    SGX_MRENCLAVE: fail ["not-listed"];
    SGX_MRSIGNER: fail ["not-listed"];
    SGX_PRODUCT: fail ["not-equal"];
    SGX_SVN: fail ["below-minimum"];
    SGX_CONFIG_ID: fail ["not-equal"];
    DSTACK_TCB_INFO: fail ["not-equal"];
    DSTACK_IDS: fail ["disagree"];
    DSTACK_COMPOSE_HASH: fail ["malformed", "not-equal"];
    DSTACK_MR_CONFIG: fail ["malformed", "not-equal"];
    DSTACK_KEY_PROVIDER: warn ["not-kms", "unreadable"] fail ["disagree"];
    DSTACK_IMAGES: warn ["by-tag", "missing", "scripts", "unreadable"];
    DSTACK_IMAGE_FILE: fail ["disagree", "malformed", "missing", "not-equal"];
    DSTACK_MEASUREMENT: fail ["not-equal"];
    DSTACK_ACPI: warn ["not-measured"];
    DSTACK_OS_IMAGE: fail ["not-listed"];
    DSTACK_APPLICATION: fail ["not-listed"];
    DSTACK_CERTIFICATE_KEY: fail ["not-equal"];
    DSTACK_CERTIFICATE_SIGNATURE: fail ["bad-signature"];
    DSTACK_REPORT_DATA: fail ["not-equal"];
    NITRO_CHAIN: fail ["malformed"];
    NITRO_ROOT_PINNED: fail ["simulated", "wrong-root"];
    NITRO_CA_ROLE: fail ["not-a-ca", "path-length", "unknown-extension", "wrong-key", "wrong-parameters"];
    NITRO_CA_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    NITRO_CA_VALIDITY: fail ["expired", "not-yet-valid"];
    NITRO_CERTIFICATE_ROLE: fail ["is-a-ca", "unknown-extension", "wrong-key", "wrong-parameters"];
    NITRO_CERTIFICATE_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    NITRO_CERTIFICATE_VALIDITY: fail ["expired", "not-yet-valid"];
    NITRO_ALGORITHM: fail ["not-equal"];
    NITRO_SIGNATURE: fail ["bad-signature"];
    NITRO_TIME: fail ["not-yet-valid", "stale"];
    NITRO_NONCE: fail ["missing", "not-equal"];
    NITRO_DEBUG: warn ["set"] allowed ["set"] fail ["set"];
    NITRO_IMAGE: fail ["not-listed"];
    NITRO_PCR: fail ["missing", "not-listed"];
    NITRO_USER_DATA: fail ["missing", "not-equal"];
    NITRO_PUBLIC_KEY: fail ["missing", "not-equal"];
    SIGSTORE_BUNDLE: warn ["root-certificate"] fail ["chain-not-allowed", "no-certificate"];
    SIGSTORE_TRUSTED_ROOT: warn ["stale"];
    SIGSTORE_TIME: fail ["in-the-future", "missing"];
    SIGSTORE_TIMESTAMP: fail ["authority-chain", "authority-signature", "content-type", "malformed", "no-authority", "not-equal", "not-exactly-one-signer", "outside-authority-validity", "signing-certificate"];
    SIGSTORE_CERTIFICATE_CHAIN: fail ["authority-expired", "authority-unusable", "bad-signature", "before-1970", "critical-extension", "expired", "invalid", "name-constraints", "no-authority", "no-code-signing", "not-yet-valid", "path-length", "role", "simulated", "unknown-issuer"];
    SIGSTORE_CERTIFICATE_VALIDITY: fail ["expired", "not-yet-valid"];
    SIGSTORE_CERTIFICATE_PROFILE: fail ["alternative-name", "alternative-name-not-critical", "certification-authority", "critical-extension", "key-kind", "malformed", "missing", "no-code-signing", "no-digital-signature", "too-large", "unsupported"];
    SIGSTORE_SCT: fail ["bad-signature", "log-key-not-valid", "malformed", "missing", "not-exactly-one", "root-unusable", "unknown-algorithm", "unknown-version"];
    SIGSTORE_KEY: fail ["not-by-this-key"];
    SIGSTORE_LOG_ENTRY: fail ["algorithm", "certificate", "digest", "key", "kind", "malformed", "missing", "not-exactly-one-signature", "payload-type", "signature"];
    SIGSTORE_LOG_INCLUSION: fail ["index", "missing", "path-length", "root-hash"];
    SIGSTORE_LOG_CHECKPOINT: fail ["bad-signature", "log-key-not-valid", "malformed", "missing", "no-log-signature", "not-equal"];
    SIGSTORE_LOG_PROMISE: fail ["bad-signature", "log-key-not-valid", "malformed", "missing", "no-time", "not-in-rekor-v2"];
    SIGSTORE_SIGNATURE: fail ["algorithm", "bad-signature", "key-kind"];
    SIGSTORE_SUBJECT: fail ["not-equal", "not-listed"];
    SIGSTORE_PUBLIC_LOG: warn ["no-public-log", "promise-only"] allowed ["no-public-log"] fail ["no-public-log"];
    SIGSTORE_LIBRARY: fail ["artifact", "artifact-unsupported", "bundle", "bundle-unsupported", "certificate-chain", "certificate-validity", "checkpoint", "disagrees", "foreign-crypto-provider", "identity", "inclusion", "issuer", "log-entry", "log-time", "other", "promise", "sct", "signature", "time", "timestamp", "trusted-root", "unknown-log"];
    TUF_ROOT: fail ["algorithm", "duplicate-signature", "expired", "foreign-crypto-provider", "key-twice", "malformed", "missing", "not-equal", "rollback", "same-version", "threshold", "too-large", "version"];
    TUF_TIMESTAMP: fail ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "threshold", "too-large", "version"];
    TUF_SNAPSHOT: fail ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "same-version", "threshold", "too-large", "version"];
    TUF_TARGETS: fail ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "rollback", "same-version", "threshold", "too-large", "version"];
    TUF_TARGET: fail ["algorithm", "length", "missing", "not-equal"];
    TUF_ROLLBACK: fail ["removed", "rollback", "same-version"];
    TUF_EXPIRY: warn ["expired"];
    GCB_ENVELOPE: fail ["payload-type"];
    GCB_SIGNATURE: fail ["bad-signature", "simulated", "unsigned"];
    GCB_SUBJECT: fail ["not-listed"];
    GCB_TIME: warn ["no-time"];
    GCB_LOG: warn ["no-log"];
    GCB_UNSIGNED: fail ["not-equal", "not-listed"];
    GCB_BUILDER: fail ["build-type", "missing", "not-accepted"];
    GCB_PROJECT: fail ["missing", "not-accepted"];
    GCB_AGREES: fail ["not-equal"];
    OCI_REFERENCE: warn ["by-tag"] fail ["malformed", "not-equal"];
    OCI_INDEX: fail ["no-platform", "not-an-image", "size"];
    OCI_PLATFORM: fail ["other-platform"];
    PROVENANCE_STATEMENT: fail ["malformed", "missing", "payload-type", "too-large", "unsupported"];
    PROVENANCE_PREDICATE_TYPE: fail ["missing", "not-accepted"];
    PROVENANCE_ISSUER: fail ["extensions-differ", "missing", "not-accepted", "not-equal"];
    PROVENANCE_WORKFLOW: warn ["other-commit", "other-repository"] fail ["alternative-name", "extensions-differ", "missing", "not-equal"];
    PROVENANCE_SIGNER: fail ["missing", "not-accepted", "not-equal"];
    PROVENANCE_RUNNER: fail ["missing", "not-accepted"];
    PROVENANCE_TRIGGER: fail ["extensions-differ", "missing", "not-accepted", "pull-request"];
    PROVENANCE_REPOSITORY: fail ["extensions-differ", "missing", "not-equal"];
    PROVENANCE_REPOSITORY_ID: fail ["missing", "not-equal"];
    PROVENANCE_OWNER: fail ["missing", "not-equal"];
    PROVENANCE_OWNER_ID: fail ["missing", "not-equal"];
    PROVENANCE_REF: fail ["extensions-differ", "missing", "not-accepted"];
    PROVENANCE_COMMIT: fail ["builds-differ", "extensions-differ", "malformed", "missing"];
    PROVENANCE_PREDICATE_AGREES: fail ["missing", "not-equal"];
    PROVENANCE_RELEASE: warn ["not-a-build"] fail ["disagree", "malformed"];
    PROVENANCE_TIME_ORDER: warn ["signed-before-commit"] fail ["signed-before-commit"];
    GIT_COMMIT: fail ["collision", "malformed", "not-rebuilt"];
    GIT_TREE: fail ["collision", "malformed"];
    GIT_WORKFLOW: fail ["missing", "not-a-file"];
    GIT_FILE: fail ["missing", "not-a-file"];
    GIT_TAG: warn ["moved"] fail ["collision", "malformed", "not-equal", "not-rebuilt"];
    GIT_COMMIT_SIGNATURE: fail ["several"];
    GITHUB_ATTESTATIONS: warn ["other-not-verified"] fail ["not-listed"];
    TINFOIL_DIGEST: fail ["not-listed"];
    TINFOIL_MEASUREMENT: fail ["malformed", "not-equal"];
    TINFOIL_CONFIG: fail ["malformed", "missing", "not-equal"];
    TINFOIL_CONTAINER: warn ["by-tag", "missing", "unreadable"] fail ["malformed"];
    TINFOIL_VM_IMAGE: fail ["malformed", "missing", "not-equal"];
    EXCHANGE_CONSISTENT: warn ["recorded"] fail ["in-the-future", "made-after", "made-before", "not-what-was-asked", "other-address", "other-nonce"];
    COORDINATOR_DOCUMENT: fail ["malformed"];
    COORDINATOR_EVIDENCE: warn ["provider-is-the-root", "statement"] fail ["malformed", "not-exactly-one"];
    COORDINATOR_OTHER_EVIDENCE: fail ["invalid", "malformed", "other-digest"];
    COORDINATOR_COLLATERAL: fail ["malformed", "wrong-name"];
    COORDINATOR_EVENT_LOG: fail ["malformed", "not-exactly-one"];
    COORDINATOR_LAUNCHER: warn ["issuer-is-the-verifier"] fail ["not-equal"];
    COORDINATOR_REFERENCE: warn ["other-repository"] fail ["malformed", "not-accepted", "other-repository"];
    COORDINATOR_IMAGE: warn ["issuer-is-the-verifier"] fail ["malformed", "not-equal", "not-exactly-one"];
    COORDINATOR_MANIFEST: fail ["malformed", "not-equal"];
    CLAIMS_CONTRADICTION: warn ["disagree"] fail ["disagree"];
    COORDINATOR_BUILD: fail ["malformed", "not-listed"];
    BINDING_DIGEST: fail ["missing", "not-equal"];
    BINDING_NONCE: warn ["no-challenge", "not-answered", "not-asked", "recorded"] fail ["missing", "not-equal"];
    BINDING_ORIGIN: warn ["recorded"] fail ["not-equal"];
    BINDING_EVIDENCE_TYPES: fail ["missing", "not-listed"];
    BINDING_SEALED_KEY: warn ["recorded"] fail ["malformed", "not-equal", "not-exactly-one"];
    BINDING_KEY_ID: fail ["disagree"];
    BINDING_CUSTODY: warn ["issuer-is-the-verifier", "kms-derived", "operator-provisioned"];
    BINDING_TLS_END: warn ["edge", "host", "issuer-is-the-verifier"];
    TOKEN_ALGORITHM: fail ["not-accepted"];
    TOKEN_ROOT: fail ["simulated", "wrong-root"];
    TOKEN_CHAIN_ROLE: fail ["is-a-ca", "malformed", "not-a-ca", "unknown-extension", "wrong-key", "wrong-length"];
    TOKEN_CHAIN_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    TOKEN_CHAIN_VALIDITY: fail ["expired", "not-yet-valid"];
    TOKEN_KEY: warn ["fetched"] fail ["missing", "not-accepted", "not-equal"];
    TOKEN_SIGNATURE: fail ["bad-signature"];
    TOKEN_ISSUER: fail ["not-accepted"];
    TOKEN_TIME: fail ["expired", "not-yet-valid"];
    TOKEN_VERIFIER: warn ["issuer-is-the-verifier"];
    TOKEN_AUDIENCE: fail ["missing", "not-equal"];
    TOKEN_HARDWARE: warn ["provider-only"] fail ["missing", "not-accepted"];
    TOKEN_PROJECT: fail ["missing", "not-equal"];
    TOKEN_SOFTWARE: fail ["missing", "not-accepted"];
    TOKEN_SECURE_BOOT: warn ["missing", "off", "wrong-maker"] allowed ["missing", "off", "wrong-maker"] fail ["missing", "off", "wrong-maker"];
    TOKEN_DEBUG: allowed ["debuggable"] fail ["missing", "not-accepted"];
    TOKEN_TCB: warn ["advisories", "at-rollout"] allowed ["not-up-to-date"] fail ["missing", "not-accepted"];
    TOKEN_GUEST_DEBUG: fail ["missing", "set"];
    TOKEN_SUPPORT: fail ["missing", "not-accepted"];
    TOKEN_IMAGE: fail ["missing", "not-equal", "not-measured"];
    TOKEN_OVERRIDES: warn ["not-told-apart", "present"] allowed ["not-told-apart", "present"] fail ["not-told-apart", "present"];
    TOKEN_NONCE: fail ["missing", "not-equal"];
    TPM_PROVIDER: warn ["provider-is-the-root"];
    TPM_ROOT: fail ["simulated", "wrong-root"];
    TPM_CHAIN_ROLE: fail ["is-a-ca", "not-a-ca", "unknown-extension", "wrong-key"];
    TPM_CHAIN_SIGNATURE: fail ["bad-signature"];
    TPM_CHAIN_VALIDITY: fail ["expired", "not-yet-valid"];
    TPM_CHAIN_REVOCATION: fail ["bad-signature", "missing", "not-yet-valid", "revoked", "stale", "unknown-extension"];
    TPM_KEY: fail ["malformed", "missing", "not-certified", "not-restricted", "too-large", "unsupported"];
    TPM_QUOTE_FORM: fail ["malformed", "missing", "too-large", "unsupported"];
    TPM_QUOTE_SIGNER: fail ["algorithm", "another-key"];
    TPM_QUOTE_SIGNATURE: fail ["algorithm", "bad-signature", "malformed", "missing", "too-large", "unsupported"];
    TPM_QUOTE_REGISTERS: fail ["algorithm", "another-bank", "another-selection", "not-equal"];
    TPM_QUOTE_AGREEMENT: fail ["another-boot", "another-nonce", "duplicate"];
    TPM_NONCE: fail ["malformed", "not-equal"];
    TPM_SECURE_BOOT: warn ["off"] allowed ["off"] fail ["off"];
    AZURE_RUNTIME_DATA: fail ["not-equal"];
    AZURE_VMPL: fail ["not-equal"];
    AZURE_KEY: fail ["not-exactly-one", "wrong-key"];
    AZURE_QUOTE_FORM: fail ["malformed", "missing", "too-large", "unsupported"];
    AZURE_QUOTE_SIGNATURE: fail ["bad-signature"];
    AZURE_QUOTE_REGISTERS: fail ["another-bank", "another-selection", "not-equal"];
    AZURE_NONCE: fail ["malformed", "not-equal"];
    AZURE_PARAVISOR: fail ["not-listed"];
    AZURE_BOOT: fail ["missing", "not-equal"];
    AZURE_SECURE_BOOT: warn ["off"] allowed ["off"] fail ["off"];
    EIGEN_CHALLENGE: warn ["short"] fail ["another-platform", "not-equal", "not-yours"];
    EIGEN_REPORT_DATA: fail ["not-equal"];
    EIGEN_BOOT: fail ["not-accepted"];
    EIGEN_BOOT_LOG: fail ["another-command-line"];
    EIGEN_REGISTERS: fail ["another-launch"];
    EIGEN_HARDENED: warn ["debug-image"] allowed ["debug-image"] fail ["debug-image"];
    EIGEN_LAUNCH: warn ["provider-is-the-root"];
    EIGEN_CONTAINER: fail ["missing", "not-accepted"];
    EIGEN_OVERRIDES: warn ["overridden"] allowed ["overridden"] fail ["overridden"];
    TLS_VALIDITY: fail ["expired", "not-yet-valid"];
    TLS_DOMAIN: fail ["not-equal", "not-listed"];
    TLS_KEY: fail ["not-equal"];
    TLS_HPKE: fail ["missing", "not-equal"];
    TLS_DOCUMENT: fail ["missing", "not-equal"];
    TLS_CONNECTION: fail ["not-equal"];
    FRESHNESS: warn ["cached", "no-challenge", "recorded", "stale"] allowed ["undated"] fail ["in-the-future", "stale"];
    GPU_ROOT: fail ["simulated", "wrong-root"];
    GPU_CHAIN_ROLE: fail ["is-a-ca", "not-a-ca", "unknown-extension", "wrong-key", "wrong-length"];
    GPU_CHAIN_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    GPU_CHAIN_VALIDITY: fail ["expired", "not-yet-valid"];
    GPU_SIGNATURE: fail ["bad-signature"];
    GPU_FIRMWARE_ID: fail ["malformed", "missing", "not-equal"];
    GPU_TRAILING: warn ["not-signed"];
    GPU_NONCE: fail ["not-equal"];
    NEAR_REPORT_DATA: fail ["malformed", "not-equal"];
    NEAR_NONCE: fail ["disagree", "not-equal"];
    NEAR_ONE_NONCE: fail ["not-equal"];
    NEAR_SIGNING_KEY: fail ["malformed", "not-equal"];
    NEAR_TLS_KEY: fail ["not-bound", "not-equal"];
    NEAR_GPU: fail ["disagree", "not-equal"];
    NEAR_MANAGER: fail ["another-machine", "disagree", "not-equal"];
    NEAR_ACTIONS: warn ["by-list"] fail ["disagree"];
    NEAR_OHTTP: warn ["not-bound"] fail ["bad-signature", "disagree", "malformed"];
    NRAS_DEVICE: fail ["missing", "not-equal", "not-listed"];
    NRAS_RESULT: fail ["missing", "not-accepted"];
    NRAS_CLAIMS: fail ["missing", "not-accepted"];
    NRAS_MEASUREMENTS: fail ["missing", "not-accepted"];
    NRAS_SECURE_BOOT: warn ["missing", "off"] allowed ["missing", "off"] fail ["missing", "off"];
    NRAS_DEBUG: allowed ["debuggable"] fail ["missing", "not-accepted"];
    NRAS_NONCE: fail ["missing", "not-equal"];
    LAUNCH_RECOMPUTED: fail ["not-equal"];
    GCE_ROOT: fail ["wrong-root"];
    GCE_CHAIN_ROLE: fail ["is-a-ca", "may-not-sign", "not-a-ca", "path-length", "unknown-extension", "wrong-key"];
    GCE_CHAIN_SIGNATURE: fail ["bad-signature", "wrong-issuer"];
    GCE_CHAIN_VALIDITY: fail ["expired", "not-yet-valid"];
    GCE_SIGNATURE: fail ["bad-signature"];
    GCE_MEASUREMENT: fail ["another-platform", "not-endorsed"];
    REGISTRY_RELEASE: warn ["not-equal", "not-registered"] allowed ["not-equal", "not-registered"] fail ["not-equal", "not-registered"];
    REGISTRY_COMPOSE_HASH: warn ["not-allowed"] allowed ["not-allowed"] fail ["not-allowed"];
}
