//! Any bytes as a Sigstore bundle.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::sigstore_bundle(bytes));
