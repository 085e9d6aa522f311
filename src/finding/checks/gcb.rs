//! Build provenance by Google Cloud Build.

const DSSE: &str = "DSSE v1, PAE; Google Cloud Build's published keys";
const SLSA: &str = "SLSA provenance v1 for Google Cloud Build (gcb-buildtypes/google-worker/v1)";

checks! {
    GCB_ENVELOPE = "gcb.envelope", "1.10", Provenance, Authenticity, DSSE;
    GCB_SIGNATURE = "gcb.signature", "1.10", Provenance, Authenticity, DSSE,
        carries [Provenance];
    GCB_REGIONAL_KEY = "gcb.regional-key", "1.10", Provenance, Appraisal, DSSE;
    GCB_SUBJECT = "gcb.subject", "1.10", Provenance, Authenticity, "in-toto attestation framework, Statement v1; DSSE v1";
    GCB_TIME = "gcb.time", "1.10", Provenance, Appraisal, "Google Cloud Build provenance: it carries no timestamp",
        is [Limits];
    GCB_LOG = "gcb.log", "1.10", Provenance, Appraisal, "Google Cloud Build provenance: it is in no public log",
        is [Limits];
    GCB_UNSIGNED = "gcb.unsigned", "1.10", Provenance, Appraisal, "gcloud artifacts docker images describe --show-provenance";
    GCB_BUILDER = "gcb.builder", "1.10", Provenance, Appraisal, SLSA;
    GCB_PROJECT = "gcb.project", "1.10", Provenance, Appraisal, SLSA,
        is [NeedsReference];
    GCB_AGREES = "gcb.agrees", "1.10", Commit, Appraisal, SLSA;
}
