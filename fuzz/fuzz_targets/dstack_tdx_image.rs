//! Any bytes as an image's file of measurements for TDX.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::dstack::parse::TdxImage::parse(bytes);
});
