//! Any bytes as what a guest device puts around a report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::snp::parse::Answer::of(bytes);
});
