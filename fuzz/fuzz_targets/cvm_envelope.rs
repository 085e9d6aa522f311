//! Any bytes as an envelope of CVM Attestation v1.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::cvm_envelope(bytes));
