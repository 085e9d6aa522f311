//! Any bytes as Intel's QE identity.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::intel_qe_identity(bytes));
