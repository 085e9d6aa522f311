//! Any bytes as what a guest device puts around a report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::snp_answer(bytes));
