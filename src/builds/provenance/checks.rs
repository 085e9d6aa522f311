//! Who built it, from which source.

const FULCIO: &str = "Fulcio certificate extensions 1.3.6.1.4.1.57264.1";
const INTOTO: &str = "in-toto attestation framework, Statement v1; DSSE v1";

crate::finding::table! {
    APPRAISAL {
        PROVENANCE_PREDICATE_TYPE = "provenance.predicate-type", "1.7", Provenance, Appraisal, INTOTO,
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        PROVENANCE_STATEMENT_TYPE = "provenance.statement-type", "1.7", Provenance, Appraisal, INTOTO,
            is [NeedsReference],
            fails ["not-accepted"];
        PROVENANCE_PAYLOAD_TYPE = "provenance.payload-type", "1.7", Provenance, Appraisal, INTOTO,
            is [NeedsReference],
            fails ["not-accepted"];
        PROVENANCE_AGE = "provenance.age", "1.2", Provenance, Appraisal, "Sigstore client specification, section 4, step 0",
            is [NeedsReference],
            fails ["missing", "too-old"];
        PROVENANCE_IDENTITY = "provenance.identity", "1.8", Provenance, Appraisal, "Sigstore client specification, section 4, step 6; RFC 5280 section 4.2.1.6",
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        PROVENANCE_ISSUER = "provenance.issuer", "1.8", Provenance, Appraisal, FULCIO,
            fails ["extensions-differ", "missing", "not-accepted", "not-equal"];
        PROVENANCE_WORKFLOW = "provenance.workflow", "1.8", Provenance, Appraisal, FULCIO,
            is [NeedsReference],
            warns ["other-commit", "other-repository"],
            fails ["alternative-name", "extensions-differ", "missing", "not-equal"];
        PROVENANCE_SIGNER = "provenance.signer", "1.8", Provenance, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["missing", "not-accepted", "not-equal"];
        PROVENANCE_RUNNER = "provenance.runner", "1.8", Provenance, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        PROVENANCE_TRIGGER = "provenance.trigger", "1.8", Provenance, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["extensions-differ", "missing", "not-accepted", "pull-request"];
        PROVENANCE_REPOSITORY = "provenance.repository", "1.8", Commit, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["extensions-differ", "missing", "not-equal"];
        PROVENANCE_REPOSITORY_ID = "provenance.repository-id", "1.8", Commit, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        PROVENANCE_OWNER = "provenance.owner", "1.8", Commit, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        PROVENANCE_OWNER_ID = "provenance.owner-id", "1.8", Commit, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["missing", "not-equal"];
        PROVENANCE_REF = "provenance.ref", "1.8", Commit, Appraisal, FULCIO,
            is [NeedsReference],
            fails ["extensions-differ", "missing", "not-accepted"];
        PROVENANCE_COMMIT = "provenance.commit", "1.8", Commit, Appraisal, FULCIO,
            carries [Commit],
            joins [Provenance => Commit],
            is [IdleAnswers],
            fails ["builds-differ", "extensions-differ", "malformed", "missing"];
        PROVENANCE_PREDICATE_AGREES = "provenance.predicate-agrees", "1.9", Commit, Appraisal, "SLSA provenance v1 for GitHub Actions",
            fails ["missing", "not-equal"];
        PROVENANCE_JOB_SAYS = "provenance.job-says", "1.9", Commit, Appraisal, "SLSA provenance v1, trust boundaries";
        PROVENANCE_RELEASE = "provenance.release", "5", Commit, Appraisal, "in-toto release predicate v0.2; GitHub immutable releases",
            carries [Commit],
            warns ["not-a-build"],
            fails ["disagree", "malformed"];
    }
    OTHERS {
        PROVENANCE_TIME_ORDER = "provenance.time-order", "1.8", Commit, Appraisal, "git object format; Sigstore client specification, section 4, step 0",
            warns ["signed-before-commit"],
            fails ["signed-before-commit"];
        PROVENANCE_SUMMARY = "provenance.summary", "1.7", Provenance, Appraisal, "SLSA verification summary attestation, v0.2 and v1",
            tells [Provenance],
            warns ["not-a-build"],
            fails ["malformed", "not-passed"];
        PROVENANCE_OTHER_BUILD = "provenance.other-build", "1.7", Provenance, Appraisal, INTOTO;
    }
}
