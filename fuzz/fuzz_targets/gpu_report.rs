//! Any bytes as an NVIDIA GPU's report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::gpu::parse::Report::parse(bytes);
});
