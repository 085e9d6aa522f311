//! Any bytes as a bundle, whose report is made again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::bundle(bytes));
