//! Contrast's manifest. It is a file of the reader's beside the evidence: what is open about it
//! lowers nothing that the processor signed, and what fails fails the whole.

const DOCS: &str = "Edgeless Systems, Contrast documentation, The manifest";

crate::finding::table! {
    ALL {
        CONTRAST_MEASUREMENT = "contrast.measurement", "", Measurements, Appraisal, DOCS,
            fails ["another-platform", "not-listed"];
        CONTRAST_MINIMUM = "contrast.minimum-tcb", "", Tcb, Appraisal, DOCS,
            fails ["below-minimum"];
        CONTRAST_MODULE = "contrast.module", "", Tcb, Appraisal, DOCS,
            fails ["not-listed"];
        CONTRAST_SETTINGS = "contrast.settings", "", Measurements, Appraisal, DOCS,
            fails ["not-equal"];
        CONTRAST_MACHINE = "contrast.machine", "", Chip, Appraisal, DOCS,
            fails ["not-listed"];
        CONTRAST_CONFIGURATION = "contrast.configuration", "", Measurements, Appraisal, "Contrast documentation, Policies; Confidential Containers, Initdata Specification",
            fails ["not-listed"];
    }
}
