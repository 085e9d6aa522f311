//! Any bytes as a coordinator's attestation.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::coordinator::parse::Document::parse(bytes);
});
