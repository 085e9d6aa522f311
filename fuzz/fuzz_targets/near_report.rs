//! Any bytes as NEAR AI's report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::near::parse::Report::parse(bytes);
});
