//! Any bytes as the extension of a PCK certificate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::intel_pck(bytes));
