//! Any bytes as a revocation list.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::revocation_list(bytes));
