//! Any bytes as a TPM's quote.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::tpm_attest(bytes));
