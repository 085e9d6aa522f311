//! Any bytes as an answer of the log's.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::rekor_answer(bytes));
