//! Any bytes as a list of Sigstore's keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::sigstore_trusted_root(bytes));
