//! Any bytes as Intel's TCB info.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::intel_tcb_info(bytes));
