//! Any bytes as an attestation token.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::token(bytes));
