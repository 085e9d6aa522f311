//! Any bytes as a TPM's signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::tpm_signature(bytes));
