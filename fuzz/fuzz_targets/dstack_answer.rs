//! Any bytes as an answer of dstack's agent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::dstack_answer(bytes));
