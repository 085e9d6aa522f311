//! Whether anything was supplied for a link.

crate::finding::table! {
    LINK_HARDWARE_ROOT = "link.hardware-root", "", HardwareRoot, Appraisal, "Silicon to Source: the chain";
    LINK_CHIP = "link.chip", "", Chip, Appraisal, "Silicon to Source: the chain";
    LINK_REPORT = "link.report", "", Report, Appraisal, "Silicon to Source: the chain";
    LINK_TCB = "link.tcb", "", Tcb, Appraisal, "Silicon to Source: the chain";
    LINK_MEASUREMENTS = "link.measurements", "", Measurements, Appraisal, "Silicon to Source: the chain";
    LINK_IMAGE = "link.image", "", Image, Appraisal, "Silicon to Source: the chain";
    LINK_PROVENANCE = "link.provenance", "", Provenance, Appraisal, "Silicon to Source: the chain";
    LINK_COMMIT = "link.commit", "", Commit, Appraisal, "Silicon to Source: the chain";
    LINK_KEY_BINDING = "link.key-binding", "", KeyBinding, Appraisal, "Silicon to Source: the chain";
}
