//! Any bytes as a firmware image.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::launch_firmware(bytes));
