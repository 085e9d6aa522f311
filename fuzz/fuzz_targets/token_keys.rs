//! Any bytes as a list of token keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::token_keys(bytes));
