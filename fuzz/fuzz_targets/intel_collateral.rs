//! Any bytes as a file of Intel's collateral.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::intel_collateral(bytes));
