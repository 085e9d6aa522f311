//! EigenCompute's bound evidence.

const BINDING: &str =
    "EigenCompute bound evidence, nonce formulas (Layr-Labs/go-tpm-tools, internal/nonce)";
const LAUNCHER: &str = "Confidential Space launcher, canonical event log";

crate::finding::table! {
    OTHERS {
        EIGEN_CHALLENGE = "eigencompute.challenge", "", Report, Authenticity, BINDING,
            is [Challenge],
            warns ["short"],
            fails ["another-platform", "not-equal", "not-yours"];
        EIGEN_REPORT_DATA = "eigencompute.report-data", "", Report, Authenticity, BINDING,
            fails ["not-equal"];
        EIGEN_REGISTERS = "eigencompute.registers", "", Measurements, Authenticity, LAUNCHER,
            carries [Measurements],
            joins [Report => Measurements],
            fails ["another-launch"];
    }
    APPRAISAL {
        EIGEN_BOOT = "eigencompute.boot", "", Measurements, Appraisal, "EigenCompute's allow-list of images, PCR 4, 8 and 9",
            tells [Measurements],
            is [NeedsReference],
            fails ["not-accepted"];
        EIGEN_BOOT_LOG = "eigencompute.boot-log", "", Measurements, Appraisal, "UEFI specification, confidential computing event log (CCEL)",
            fails ["another-command-line"];
        EIGEN_HARDENED = "eigencompute.hardened", "", Measurements, Appraisal, "Confidential Space image, kernel command line",
            warns ["debug-image"],
            allows ["debug-image"],
            fails ["debug-image"];
        EIGEN_LAUNCH = "eigencompute.launch", "", Image, Appraisal, LAUNCHER,
            carries [Image],
            warns ["provider-is-the-root"];
        EIGEN_CONTAINER = "eigencompute.container", "", Image, Appraisal, LAUNCHER,
            tells [Image],
            is [NeedsReference],
            fails ["missing", "not-accepted"];
        EIGEN_OVERRIDES = "eigencompute.overrides", "", Image, Appraisal, LAUNCHER,
            warns ["overridden"],
            allows ["overridden"],
            fails ["overridden"];
    }
}
