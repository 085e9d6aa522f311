//! Sigstore bundles.

const BUNDLE: &str = "Sigstore client specification, section 4; bundle format v0.1 to v0.3";
const REKOR: &str = "Sigstore client specification, transparency log; RFC 6962 section 2.1";
const INTOTO: &str = "in-toto attestation framework, Statement v1; DSSE v1";

checks! {
    SIGSTORE_BUNDLE = "sigstore.bundle", "1.1", Provenance, Authenticity, BUNDLE;
    SIGSTORE_TRUSTED_ROOT = "sigstore.trusted-root", "1.0", Provenance, Authenticity, "Sigstore trusted_root v0.1";
    SIGSTORE_TIME = "sigstore.time", "1.2", Provenance, Authenticity, "Sigstore client specification, section 4, step 0";
    SIGSTORE_TIMESTAMP = "sigstore.timestamp", "1.6", Provenance, Authenticity, "RFC 3161 section 2.4.2";
    SIGSTORE_CERTIFICATE_CHAIN = "sigstore.certificate.chain", "1.3", Provenance, Authenticity, "RFC 5280 section 6.1",
        tells [Provenance];
    SIGSTORE_CERTIFICATE_VALIDITY = "sigstore.certificate.validity", "1.3", Provenance, Authenticity, "Sigstore client specification, section 4, step 1";
    SIGSTORE_CERTIFICATE_PROFILE = "sigstore.certificate.profile", "1.3", Provenance, Authenticity, "Fulcio certificate profile";
    SIGSTORE_SCT = "sigstore.sct", "1.4", Provenance, Authenticity, "RFC 6962 section 3.2";
    SIGSTORE_KEY = "sigstore.key", "1.1", Provenance, Authenticity, "Sigstore bundle format, publicKey",
        tells [Provenance];
    SIGSTORE_LOG_ENTRY = "sigstore.log.entry", "1.5", Provenance, Authenticity, "Sigstore client specification, section 4, step 8";
    SIGSTORE_LOG_INCLUSION = "sigstore.log.inclusion", "1.5", Provenance, Authenticity, REKOR,
        tells [Provenance];
    SIGSTORE_LOG_CHECKPOINT = "sigstore.log.checkpoint", "1.5", Provenance, Authenticity, "C2SP tlog-checkpoint; C2SP signed-note";
    SIGSTORE_LOG_PROMISE = "sigstore.log.promise", "1.5", Provenance, Authenticity, "Rekor signed entry timestamp; RFC 8785";
    SIGSTORE_SIGNATURE = "sigstore.signature", "1.7", Provenance, Authenticity, "DSSE v1, PAE",
        carries [Provenance];
    SIGSTORE_SUBJECT = "sigstore.subject", "1.7", Provenance, Authenticity, INTOTO;
    SIGSTORE_PUBLIC_LOG = "sigstore.public-log", "1.5", Provenance, Appraisal, "Sigstore client specification, transparency log",
        is [Limits];
    SIGSTORE_LIBRARY = "sigstore.library", "4", Provenance, Authenticity, "sigstore-verify 0.15.1, the whole procedure";
}
