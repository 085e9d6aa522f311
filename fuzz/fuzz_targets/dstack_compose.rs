//! Any bytes as an app-compose file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::dstack::parse::AppCompose::parse(bytes);
});
