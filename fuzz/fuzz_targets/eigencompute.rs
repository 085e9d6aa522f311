//! Any bytes as EigenCompute's bound evidence (JSON).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::eigencompute(bytes));
