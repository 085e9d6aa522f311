//! Google's endorsements of the firmware that its machines start with. They are reference values
//! beside the evidence: what is open about one lowers nothing that the processor signed, and what
//! fails fails the whole.

const FORMAT: &str = "google/gce-tcb-verifier, proto/endorsement.proto";
const CHAIN: &str = "google/gce-tcb-verifier, README, Transparency; RFC 5280 section 6.1";

crate::finding::table! {
    ALL {
        GCE_ENDORSEMENT = "gce.endorsement", "", Measurements, Appraisal, FORMAT;
        GCE_ROOT = "gce.root", "", Measurements, Appraisal, CHAIN,
            is [NeedsReference],
            fails ["wrong-root"];
        GCE_CHAIN_ROLE = "gce.chain.role", "", Measurements, Appraisal, CHAIN,
            fails ["is-a-ca", "may-not-sign", "not-a-ca", "path-length", "unknown-extension", "wrong-key"];
        GCE_CHAIN_SIGNATURE = "gce.chain.signature", "", Measurements, Appraisal, CHAIN,
            fails ["bad-signature", "wrong-issuer"];
        GCE_CHAIN_VALIDITY = "gce.chain.validity", "", Measurements, Appraisal, CHAIN,
            fails ["expired", "not-yet-valid"];
        GCE_SIGNATURE = "gce.signature", "", Measurements, Appraisal, "google/gce-tcb-verifier, verify: RSASSA-PSS with SHA-256",
            fails ["bad-signature"];
        GCE_MEASUREMENT = "gce.measurement", "", Measurements, Appraisal, FORMAT,
            tells [Measurements],
            is [NeedsReference],
            fails ["another-platform", "not-endorsed"];
    }
}
