//! Any bytes as a firmware image.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::launch::parse::Firmware::parse(bytes);
});
