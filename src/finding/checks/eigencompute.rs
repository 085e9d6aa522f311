//! EigenCompute's bound evidence.

const BINDING: &str =
    "EigenCompute bound evidence, nonce formulas (Layr-Labs/go-tpm-tools, internal/nonce)";
const LAUNCHER: &str = "Confidential Space launcher, canonical event log";

checks! {
    EIGEN_CHALLENGE = "eigencompute.challenge", "", Report, Authenticity, BINDING;
    EIGEN_REPORT_DATA = "eigencompute.report-data", "", Report, Authenticity, BINDING;
    EIGEN_HARDENED = "eigencompute.hardened", "", Measurements, Appraisal, "Confidential Space image, kernel command line";
    EIGEN_LAUNCH = "eigencompute.launch", "", Image, Appraisal, LAUNCHER;
    EIGEN_CONTAINER = "eigencompute.container", "", Image, Appraisal, LAUNCHER;
    EIGEN_OVERRIDES = "eigencompute.overrides", "", Image, Appraisal, LAUNCHER;
}
