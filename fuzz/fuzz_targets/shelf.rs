//! Any bytes as several files, and the same files in another order: what is decided is the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::shelf(bytes));
