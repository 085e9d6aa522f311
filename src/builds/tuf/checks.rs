//! The Update Framework: which keys of Sigstore are in force.
//!
//! All are of the tier that a policy may leave open, because keys that TUF did not vouch for are
//! never used: what remains then are the keys that come with the verifier. What fails still fails
//! the whole.

const ROOT: &str = "TUF specification 1.0, section 5.3";
const TIMESTAMP: &str = "TUF specification 1.0, section 5.4";
const SNAPSHOT: &str = "TUF specification 1.0, section 5.5";
const TARGETS: &str = "TUF specification 1.0, section 5.6";
const TARGET: &str = "TUF specification 1.0, section 5.7";

crate::finding::table! {
    OTHERS {
        TUF_FILE = "tuf.file", "4", Provenance, Appraisal, "TUF specification 1.0, section 4.2",
            is [NeverPasses];
    }
    STEPS {
        TUF_ROOT = "tuf.root", "4", Provenance, Appraisal, ROOT,
            fails ["algorithm", "duplicate-signature", "expired", "foreign-crypto-provider", "key-twice", "malformed", "missing", "not-equal", "rollback", "same-version", "threshold", "too-large", "version"];
        TUF_TIMESTAMP = "tuf.timestamp", "4", Provenance, Appraisal, TIMESTAMP,
            fails ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "threshold", "too-large", "version"];
        TUF_ROLLBACK = "tuf.rollback", "4", Provenance, Appraisal, "TUF specification 1.0, sections 5.4.3 and 5.5.5",
            fails ["removed", "rollback", "same-version"];
        TUF_SNAPSHOT = "tuf.snapshot", "4", Provenance, Appraisal, SNAPSHOT,
            fails ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "same-version", "threshold", "too-large", "version"];
        TUF_TARGETS = "tuf.targets", "4", Provenance, Appraisal, TARGETS,
            fails ["algorithm", "duplicate-signature", "expired", "malformed", "missing", "not-equal", "rollback", "same-version", "threshold", "too-large", "version"];
        TUF_EXPIRY = "tuf.expiry", "4", Provenance, Appraisal, "TUF specification 1.0, sections 5.3.10, 5.4.4, 5.5.6 and 5.6.5",
            warns ["expired"];
        TUF_TARGET = "tuf.target", "4", Provenance, Appraisal, TARGET,
            fails ["algorithm", "length", "missing", "not-equal"];
    }
}
