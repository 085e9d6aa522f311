//! Any bytes as an object as git stores it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::git_stored(bytes));
