//! A coordinator's attestation: what was answered, what it binds, and which image it shows.

const CONTRACT: &str = "Coordinator attestation, contract v1";
const RATS: &str = "RFC 9334 section 10";

checks! {
    COORDINATOR_ANSWER = "coordinator.answer", "", Report, Authenticity, CONTRACT;
    EXCHANGE_CONSISTENT = "exchange.consistent", "", Report, Authenticity, "Silicon to Source: sessions";
    COORDINATOR_DOCUMENT = "coordinator.document", "1", Report, Authenticity, CONTRACT;
    COORDINATOR_EVIDENCE = "coordinator.evidence", "1", Report, Authenticity, CONTRACT;
    COORDINATOR_OTHER_EVIDENCE = "coordinator.other-evidence", "1", Report, Appraisal, CONTRACT;
    COORDINATOR_COLLATERAL = "coordinator.collateral", "3", Chip, Appraisal, CONTRACT;
    COORDINATOR_EVENT_LOG = "coordinator.event-log", "7", Measurements, Appraisal, CONTRACT;
    COORDINATOR_LAUNCHER = "coordinator.launcher", "6", Measurements, Appraisal, CONTRACT;
    COORDINATOR_REFERENCE = "coordinator.reference-value", "6", Image, Appraisal, CONTRACT;
    COORDINATOR_IMAGE = "coordinator.image", "8", Image, Appraisal, CONTRACT,
        carries [Image],
        joins [Measurements => Image];
    COORDINATOR_MANIFEST = "coordinator.manifest", "8", Image, Appraisal, "OCI image specification, image manifest";
    CLAIMS_CONTRADICTION = "claims.contradiction", "", Image, Appraisal, CONTRACT;
    COORDINATOR_BUILD = "coordinator.build", "9", Provenance, Appraisal, CONTRACT,
        tells [Provenance],
        joins [Image => Provenance];
    COORDINATOR_OTHER_BUILD = "coordinator.other-build", "9", Provenance, Appraisal, CONTRACT;
    COORDINATOR_SOURCE = "coordinator.source", "10", Commit, Appraisal, CONTRACT;
    BINDING_DIGEST = "binding.digest", "5", KeyBinding, Authenticity, CONTRACT;
    BINDING_NONCE = "binding.nonce", "2", KeyBinding, Authenticity, RATS;
    BINDING_ORIGIN = "binding.origin", "2", KeyBinding, Authenticity, CONTRACT;
    BINDING_EVIDENCE_TYPES = "binding.evidence-types", "2", KeyBinding, Authenticity, CONTRACT;
    BINDING_SEALED_KEY = "binding.sealed-key", "11", KeyBinding, Appraisal, CONTRACT,
        carries [KeyBinding];
    BINDING_KEY_ID = "binding.key-id", "11", KeyBinding, Appraisal, CONTRACT;
    BINDING_CUSTODY = "binding.custody", "11", KeyBinding, Appraisal, CONTRACT;
    BINDING_TLS_END = "binding.tls.end", "11", KeyBinding, Appraisal, CONTRACT;
}
