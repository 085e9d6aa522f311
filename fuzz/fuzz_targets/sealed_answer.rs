//! Any bytes as the answer to a sealed request, however they are cut, and as what names its key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::sealed_answer(bytes));
