//! Any bytes as an SGX or TDX quote.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::intel_quote(bytes));
