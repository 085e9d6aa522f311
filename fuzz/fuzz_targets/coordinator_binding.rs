//! Any bytes as a binding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::coordinator_binding(bytes));
