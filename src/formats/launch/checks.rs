//! The launch measurement, computed again.

crate::finding::table! {
    LAUNCH_RECOMPUTED = "launch.recomputed", "", Measurements, Appraisal, "AMD 56860, launch digest; QEMU target/i386/sev.c",
        tells [Measurements],
        fails ["not-equal"];
}
