//! Any bytes as GitHub's answer about attestations.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::github_attestations(bytes));
