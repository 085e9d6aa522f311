//! Any bytes behind the beginning of an attestation of dstack's, version 1.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::dstack_named(bytes));
