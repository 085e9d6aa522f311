//! Any bytes as the public part of a TPM's key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::tpm_public(bytes));
