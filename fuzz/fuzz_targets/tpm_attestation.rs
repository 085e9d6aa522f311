//! Any bytes as an attestation of go-tpm-tools.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::tpm_attestation(bytes));
