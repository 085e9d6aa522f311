//! Any bytes as an app-compose file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::dstack_compose(bytes));
