//! Any bytes as NVIDIA's tokens about GPUs.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::nras::parse::Bundle::parse(bytes);
});
