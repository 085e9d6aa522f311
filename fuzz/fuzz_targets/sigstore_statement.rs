//! Any bytes as an in-toto statement.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::sigstore_statement(bytes));
