//! Sigstore bundles.

const BUNDLE: &str = "Sigstore client specification, section 4; bundle format v0.1 to v0.3";
const REKOR: &str = "Sigstore client specification, transparency log; RFC 6962 section 2.1";
const INTOTO: &str = "in-toto attestation framework, Statement v1; DSSE v1";

crate::finding::table! {
    STEPS {
        SIGSTORE_BUNDLE = "sigstore.bundle", "1.1", Provenance, Authenticity, BUNDLE,
            warns ["root-certificate"],
            fails ["chain-not-allowed", "no-certificate"];
        SIGSTORE_TRUSTED_ROOT = "sigstore.trusted-root", "1.0", Provenance, Authenticity, "Sigstore trusted_root v0.1",
            warns ["stale"];
        SIGSTORE_TIME = "sigstore.time", "1.2", Provenance, Authenticity, "Sigstore client specification, section 4, step 0",
            fails ["in-the-future", "missing"];
        SIGSTORE_TIMESTAMP = "sigstore.timestamp", "1.6", Provenance, Authenticity, "RFC 3161 section 2.4.2",
            fails ["authority-chain", "authority-signature", "content-type", "malformed", "no-authority", "not-equal", "not-exactly-one-signer", "outside-authority-validity", "signing-certificate"];
        SIGSTORE_CERTIFICATE_CHAIN = "sigstore.certificate.chain", "1.3", Provenance, Authenticity, "RFC 5280 section 6.1",
            tells [Provenance],
            fails ["authority-expired", "authority-unusable", "bad-signature", "before-1970", "critical-extension", "expired", "invalid", "name-constraints", "no-authority", "no-code-signing", "not-yet-valid", "path-length", "role", "simulated", "unknown-issuer"];
        SIGSTORE_CERTIFICATE_VALIDITY = "sigstore.certificate.validity", "1.3", Provenance, Authenticity, "Sigstore client specification, section 4, step 1",
            fails ["expired", "not-yet-valid"];
        SIGSTORE_CERTIFICATE_PROFILE = "sigstore.certificate.profile", "1.3", Provenance, Authenticity, "Fulcio certificate profile",
            fails ["alternative-name", "alternative-name-not-critical", "certification-authority", "critical-extension", "key-kind", "malformed", "missing", "no-code-signing", "no-digital-signature", "too-large", "unsupported"];
        SIGSTORE_SCT = "sigstore.sct", "1.4", Provenance, Authenticity, "RFC 6962 section 3.2",
            fails ["bad-signature", "log-key-not-valid", "malformed", "missing", "not-exactly-one", "root-unusable", "unknown-algorithm", "unknown-version"];
        SIGSTORE_KEY = "sigstore.key", "1.1", Provenance, Authenticity, "Sigstore bundle format, publicKey",
            tells [Provenance],
            is [PolicyKey],
            fails ["not-by-this-key"];
        SIGSTORE_LOG_ENTRY = "sigstore.log.entry", "1.5", Provenance, Authenticity, "Sigstore client specification, section 4, step 8",
            fails ["algorithm", "certificate", "digest", "key", "kind", "malformed", "missing", "not-exactly-one-signature", "payload-type", "signature"];
        SIGSTORE_LOG_INCLUSION = "sigstore.log.inclusion", "1.5", Provenance, Authenticity, REKOR,
            tells [Provenance],
            fails ["index", "missing", "path-length", "root-hash"];
        SIGSTORE_LOG_CHECKPOINT = "sigstore.log.checkpoint", "1.5", Provenance, Authenticity, "C2SP tlog-checkpoint; C2SP signed-note",
            fails ["bad-signature", "log-key-not-valid", "malformed", "missing", "no-log-signature", "not-equal"];
        SIGSTORE_LOG_PROMISE = "sigstore.log.promise", "1.5", Provenance, Authenticity, "Rekor signed entry timestamp; RFC 8785",
            fails ["bad-signature", "log-key-not-valid", "malformed", "missing", "no-time", "not-in-rekor-v2"];
        SIGSTORE_SIGNATURE = "sigstore.signature", "1.7", Provenance, Authenticity, "DSSE v1, PAE",
            carries [Provenance],
            fails ["algorithm", "bad-signature", "key-kind"];
        PROVENANCE_STATEMENT = "provenance.statement", "1.7", Provenance, Authenticity, INTOTO,
            fails ["malformed", "missing", "payload-type", "too-large", "unsupported"];
        SIGSTORE_SUBJECT = "sigstore.subject", "1.7", Provenance, Authenticity, INTOTO,
            fails ["not-equal", "not-listed"];
        SIGSTORE_LIBRARY = "sigstore.library", "4", Provenance, Authenticity, "sigstore-verify 0.15.1, the whole procedure",
            fails ["artifact", "artifact-unsupported", "bundle", "bundle-unsupported", "certificate-chain", "certificate-validity", "checkpoint", "disagrees", "foreign-crypto-provider", "identity", "inclusion", "issuer", "log-entry", "log-time", "other", "promise", "sct", "signature", "time", "timestamp", "trusted-root", "unknown-log"];
    }
    OTHERS {
        SIGSTORE_PUBLIC_LOG = "sigstore.public-log", "1.5", Provenance, Appraisal, "Sigstore client specification, transparency log",
            is [Limits],
            warns ["no-public-log", "promise-only"],
            allows ["no-public-log"],
            fails ["no-public-log"];
    }
}
