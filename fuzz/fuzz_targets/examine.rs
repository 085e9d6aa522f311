//! Any bytes as the evidence, from bytes to a report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::examine(bytes));
