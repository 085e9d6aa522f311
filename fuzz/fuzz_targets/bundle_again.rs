//! Any bytes as a bundle: what was read and written once is read and written alike.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::bundle_again(bytes));
