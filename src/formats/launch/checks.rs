//! The launch measurement, computed again.

crate::finding::table! {
    ALL {
        LAUNCH_RECOMPUTED = "launch.recomputed", "", Measurements, Appraisal, "AMD 56860, launch digest; QEMU target/i386/sev.c",
            tells [Measurements],
            fails ["not-equal"];
    }
}
