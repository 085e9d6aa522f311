//! Any bytes as Apple's certificate of a device, in a row of a feed of providers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::apple_device(bytes));
