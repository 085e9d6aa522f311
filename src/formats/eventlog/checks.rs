//! Event logs: what a log must show before anything is read from it.

const TCG: &str = "TCG PC Client Platform Firmware Profile, Event Logging";
const SEPARATOR: &str = "Confidential Space launch separator; dstack system-ready";

crate::finding::table! {
    FIRMWARE {
        EVENTLOG_REPLAY = "eventlog.replay", "T38", Measurements, Authenticity, TCG,
            carries [Measurements],
            joins [Report => Measurements],
            fails ["event-changed", "extra-events", "not-equal"];
        EVENTLOG_DIGESTS = "eventlog.digests", "T38", Measurements, Authenticity, TCG,
            fails ["missing", "not-equal", "preimage"];
        EVENTLOG_COVERAGE = "eventlog.coverage", "T38", Measurements, Appraisal, TCG,
            warns ["not-replayed"];
    }
    LAUNCH {
        EVENTLOG_LAUNCH = "eventlog.launch", "T38", Measurements, Authenticity, SEPARATOR,
            fails ["failed-launch"];
        EVENTLOG_NAMES = "eventlog.names", "T38", Measurements, Authenticity, SEPARATOR,
            fails ["after-launch", "duplicate", "unsupported"];
    }
}
