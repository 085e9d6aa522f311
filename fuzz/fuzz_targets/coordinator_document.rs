//! Any bytes as a coordinator's attestation.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::coordinator_document(bytes));
