//! Whether anything was supplied for a link.

use super::{Check, LinkId};

crate::finding::table! {
    ALL {
        LINK_HARDWARE_ROOT = "link.hardware-root", "", HardwareRoot, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_CHIP = "link.chip", "", Chip, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_REPORT = "link.report", "", Report, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_TCB = "link.tcb", "", Tcb, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_MEASUREMENTS = "link.measurements", "", Measurements, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_IMAGE = "link.image", "", Image, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_PROVENANCE = "link.provenance", "", Provenance, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_COMMIT = "link.commit", "", Commit, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
        LINK_KEY_BINDING = "link.key-binding", "", KeyBinding, Appraisal, "Silicon to Source: the chain",
            is [NeverPasses];
    }
}

/// The check that says whether anything was supplied for `link`.
pub const fn of(link: LinkId) -> &'static Check {
    match link {
        LinkId::HardwareRoot => &LINK_HARDWARE_ROOT,
        LinkId::Chip => &LINK_CHIP,
        LinkId::Report => &LINK_REPORT,
        LinkId::Tcb => &LINK_TCB,
        LinkId::Measurements => &LINK_MEASUREMENTS,
        LinkId::Image => &LINK_IMAGE,
        LinkId::Provenance => &LINK_PROVENANCE,
        LinkId::Commit => &LINK_COMMIT,
        LinkId::KeyBinding => &LINK_KEY_BINDING,
    }
}
