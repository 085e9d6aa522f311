//! A coordinator's attestation: what was answered, what it binds, and which image it shows.

const CONTRACT: &str = "Coordinator attestation, contract v1";
const RATS: &str = "RFC 9334 section 10";

crate::finding::table! {
    ALL {
        COORDINATOR_ANSWER = "coordinator.answer", "", Report, Authenticity, CONTRACT,
            is [Answer];
        EXCHANGE_CONSISTENT = "exchange.consistent", "", Report, Authenticity, "Silicon to Source: sessions",
            warns ["recorded"],
            fails ["in-the-future", "made-after", "made-before", "not-what-was-asked", "other-address", "other-nonce"];
        COORDINATOR_DOCUMENT = "coordinator.document", "1", Report, Authenticity, CONTRACT,
            fails ["malformed"];
        COORDINATOR_EVIDENCE = "coordinator.evidence", "1", Report, Authenticity, CONTRACT,
            warns ["provider-is-the-root", "statement"],
            fails ["malformed", "not-exactly-one"];
        COORDINATOR_OTHER_EVIDENCE = "coordinator.other-evidence", "1", Report, Appraisal, CONTRACT,
            fails ["invalid", "malformed", "other-digest"];
        COORDINATOR_COLLATERAL = "coordinator.collateral", "3", Chip, Appraisal, CONTRACT,
            is [NeverPasses],
            fails ["malformed", "wrong-name"];
        COORDINATOR_EVENT_LOG = "coordinator.event-log", "7", Measurements, Appraisal, CONTRACT,
            fails ["malformed", "not-exactly-one"];
        COORDINATOR_LAUNCHER = "coordinator.launcher", "6", Measurements, Appraisal, CONTRACT,
            warns ["issuer-is-the-verifier"],
            fails ["not-equal"];
        COORDINATOR_REFERENCE = "coordinator.reference-value", "6", Image, Appraisal, CONTRACT,
            warns ["other-repository"],
            fails ["malformed", "not-accepted", "other-repository"];
        COORDINATOR_IMAGE = "coordinator.image", "8", Image, Appraisal, CONTRACT,
            carries [Image],
            joins [Measurements => Image],
            warns ["issuer-is-the-verifier"],
            fails ["malformed", "not-equal", "not-exactly-one"];
        COORDINATOR_MANIFEST = "coordinator.manifest", "8", Image, Appraisal, "OCI image specification, image manifest",
            fails ["malformed", "not-equal"];
        CLAIMS_CONTRADICTION = "claims.contradiction", "", Image, Appraisal, CONTRACT,
            warns ["disagree"],
            fails ["disagree"];
        COORDINATOR_BUILD = "coordinator.build", "9", Provenance, Appraisal, CONTRACT,
            tells [Provenance],
            joins [Image => Provenance],
            fails ["malformed", "not-listed"];
        COORDINATOR_OTHER_BUILD = "coordinator.other-build", "9", Provenance, Appraisal, CONTRACT,
            is [NeverPasses];
        COORDINATOR_SOURCE = "coordinator.source", "10", Commit, Appraisal, CONTRACT;
        BINDING_DIGEST = "binding.digest", "5", KeyBinding, Authenticity, CONTRACT,
            fails ["missing", "not-equal"];
        BINDING_NONCE = "binding.nonce", "2", KeyBinding, Authenticity, RATS,
            is [Challenge],
            warns ["no-challenge", "not-answered", "not-asked", "recorded"],
            fails ["missing", "not-equal"];
        BINDING_ORIGIN = "binding.origin", "2", KeyBinding, Authenticity, CONTRACT,
            warns ["recorded"],
            fails ["not-equal"];
        BINDING_EVIDENCE_TYPES = "binding.evidence-types", "2", KeyBinding, Authenticity, CONTRACT,
            fails ["missing", "not-listed"];
        BINDING_SEALED_KEY = "binding.sealed-key", "11", KeyBinding, Appraisal, CONTRACT,
            carries [KeyBinding],
            warns ["recorded"],
            fails ["malformed", "not-equal", "not-exactly-one"];
        BINDING_KEY_ID = "binding.key-id", "11", KeyBinding, Appraisal, CONTRACT,
            fails ["disagree"];
        BINDING_CUSTODY = "binding.custody", "11", KeyBinding, Appraisal, CONTRACT,
            is [Custody],
            warns ["issuer-is-the-verifier", "kms-derived", "operator-provisioned"];
        BINDING_TLS_END = "binding.tls.end", "11", KeyBinding, Appraisal, CONTRACT,
            is [ConnectionEnd],
            warns ["edge", "host", "issuer-is-the-verifier"];
    }
}
