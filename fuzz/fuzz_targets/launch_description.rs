//! Any bytes as a description of a launch.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::launch_description(bytes));
