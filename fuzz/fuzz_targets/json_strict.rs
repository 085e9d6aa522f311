//! What the verifier takes for JSON, another reader takes for JSON too.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::json_strict(bytes));
