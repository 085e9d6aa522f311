//! Any bytes as a paravisor's report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::azure::parse::HclReport::parse(bytes);
});
