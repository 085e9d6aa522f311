//! Any bytes as a signing certificate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::sigstore_certificate(bytes));
