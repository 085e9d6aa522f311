//! Any bytes as a DSSE envelope.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::cloud_build(bytes));
