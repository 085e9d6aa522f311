//! Any bytes as a manifest of Contrast.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::contrast_manifest(bytes));
