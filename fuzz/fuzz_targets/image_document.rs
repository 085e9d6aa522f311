//! Any bytes as an image's manifest or index.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::image::parse::Document::parse(bytes);
});
