//! Who built it, from which source.

const FULCIO: &str = "Fulcio certificate extensions 1.3.6.1.4.1.57264.1";
const INTOTO: &str = "in-toto attestation framework, Statement v1; DSSE v1";

checks! {
    PROVENANCE_STATEMENT = "provenance.statement", "1.7", Provenance, Authenticity, INTOTO;
    PROVENANCE_PREDICATE_TYPE = "provenance.predicate-type", "1.7", Provenance, Appraisal, INTOTO,
        is [NeedsReference];
    PROVENANCE_ISSUER = "provenance.issuer", "1.8", Provenance, Appraisal, FULCIO;
    PROVENANCE_WORKFLOW = "provenance.workflow", "1.8", Provenance, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_SIGNER = "provenance.signer", "1.8", Provenance, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_RUNNER = "provenance.runner", "1.8", Provenance, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_TRIGGER = "provenance.trigger", "1.8", Provenance, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_REPOSITORY = "provenance.repository", "1.8", Commit, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_REPOSITORY_ID = "provenance.repository-id", "1.8", Commit, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_OWNER = "provenance.owner", "1.8", Commit, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_OWNER_ID = "provenance.owner-id", "1.8", Commit, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_REF = "provenance.ref", "1.8", Commit, Appraisal, FULCIO,
        is [NeedsReference];
    PROVENANCE_COMMIT = "provenance.commit", "1.8", Commit, Appraisal, FULCIO,
        carries [Commit],
        joins [Provenance => Commit],
        is [IdleAnswers];
    PROVENANCE_PREDICATE_AGREES = "provenance.predicate-agrees", "1.9", Commit, Appraisal, "SLSA provenance v1 for GitHub Actions";
    PROVENANCE_JOB_SAYS = "provenance.job-says", "1.9", Commit, Appraisal, "SLSA provenance v1, trust boundaries";
    PROVENANCE_RELEASE = "provenance.release", "5", Commit, Appraisal, "in-toto release predicate v0.2; GitHub immutable releases",
        carries [Commit];
    PROVENANCE_TIME_ORDER = "provenance.time-order", "1.8", Commit, Appraisal, "git object format; Sigstore client specification, section 4, step 0";
    PROVENANCE_OTHER_BUILD = "provenance.other-build", "1.7", Provenance, Appraisal, INTOTO;
}
