//! Any bytes as a description of a launch.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::launch::parse::Description::parse(bytes);
});
