//! Any bytes as a bundle as GitHub stores it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::github_decoded(bytes));
