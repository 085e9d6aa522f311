//! Any bytes as Google's endorsement of firmware.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::gce::parse::LaunchEndorsement::parse(bytes);
});
