//! A quote that the verifier reads is read by dcap-qvl too, with the same report data.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::oracle_quote(bytes));
