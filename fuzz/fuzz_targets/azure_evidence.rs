//! Any bytes as evidence of an Azure confidential VM.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::azure::parse::Evidence::parse(bytes);
});
