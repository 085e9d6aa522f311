//! Any bytes as a file beside the report of a GPU.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::gpu_beside(bytes));
