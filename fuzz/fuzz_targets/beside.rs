//! Any bytes as a file beside a whole chain of evidence.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::beside(bytes));
