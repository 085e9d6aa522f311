//! Any bytes as a launcher's event log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::eventlog_cel(bytes));
