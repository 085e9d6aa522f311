//! Build provenance by Google Cloud Build.

const DSSE: &str = "DSSE v1, PAE; Google Cloud Build's published keys";
const SLSA: &str = "SLSA provenance v1 for Google Cloud Build (gcb-buildtypes/google-worker/v1)";

crate::finding::table! {
    ALL {
        GCB_ENVELOPE = "gcb.envelope", "1.10", Provenance, Authenticity, DSSE,
            warns ["not-signed"],
            fails ["payload-type"];
        GCB_SIGNATURE = "gcb.signature", "1.10", Provenance, Authenticity, DSSE,
            carries [Provenance],
            fails ["bad-signature", "simulated", "unsigned"];
        GCB_REGIONAL_KEY = "gcb.regional-key", "1.10", Provenance, Appraisal, DSSE,
            is [NeverPasses];
        GCB_SUBJECT = "gcb.subject", "1.10", Provenance, Authenticity, "in-toto attestation framework, Statement v1; DSSE v1",
            fails ["not-listed"];
        GCB_TIME = "gcb.time", "1.10", Provenance, Appraisal, "Google Cloud Build provenance: it carries no timestamp",
            is [Limits],
            warns ["no-time"];
        GCB_LOG = "gcb.log", "1.10", Provenance, Appraisal, "Google Cloud Build provenance: it is in no public log",
            is [Limits],
            warns ["no-log"];
        GCB_UNSIGNED = "gcb.unsigned", "1.10", Provenance, Appraisal, "gcloud artifacts docker images describe --show-provenance",
            fails ["not-equal", "not-listed"];
        GCB_BUILDER = "gcb.builder", "1.10", Provenance, Appraisal, SLSA,
            fails ["build-type", "missing", "not-accepted"];
        GCB_PROJECT = "gcb.project", "1.10", Provenance, Appraisal, SLSA,
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        GCB_AGREES = "gcb.agrees", "1.10", Commit, Appraisal, SLSA,
            fails ["not-equal"];
    }
}
