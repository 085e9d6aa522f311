//! Any JSON as the keys of an ACI report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::aci_keyset(bytes));
