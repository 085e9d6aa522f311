//! A coordinator's providers: rows of its feed, and certificates of processes.

const FEED: &str = "Layr-Labs/d-inference e515244, GET /v1/providers/attestation";
const PROCESS: &str = "Layr-Labs/d-inference 12adcfe, process_certificate_v1";
const RATS: &str = "RFC 9334 section 7.4";

crate::finding::table! {
    FEED_CHECKS {
        PROVIDERS_DEVICE = "providers.device", "", Report, Authenticity, FEED;
        PROVIDERS_AGREEMENT = "providers.agreement", "", Report, Appraisal, FEED,
            warns ["changed"],
            fails ["not-equal"];
        PROVIDERS_VERIFIED = "providers.mda-verified", "", Report, Appraisal, FEED,
            warns ["not-claimed", "without-certificate"];
        PROVIDERS_REPEATED = "providers.repeated", "", Report, Appraisal, FEED,
            warns ["certificate", "device", "key"],
            fails ["other-serial"];
        PROVIDERS_WORD = "providers.word", "", Report, Appraisal, RATS,
            is [NeverPasses],
            warns ["coordinator"];
        PROVIDERS_PROGRAM = "providers.program", "", Image, Appraisal, RATS,
            is [NeverPasses];
    }
    PROCESS_CHECKS {
        PROCESS_TRANSCRIPT = "process.transcript", "", Report, Authenticity, PROCESS,
            fails ["malformed"];
        PROCESS_SIGNATURE = "process.signature", "", KeyBinding, Authenticity, PROCESS,
            fails ["bad-signature", "malformed"];
        PROCESS_AGREEMENT = "process.agreement", "", Report, Authenticity, PROCESS,
            fails ["not-equal"];
        PROCESS_TIME = "process.time", "", Report, Appraisal, PROCESS,
            fails ["disagree", "expired", "not-yet-valid"];
        PROCESS_PROGRAM = "process.program", "", Image, Appraisal, PROCESS,
            is [NeedsReference],
            warns ["own-word"],
            fails ["not-listed"];
    }
}
