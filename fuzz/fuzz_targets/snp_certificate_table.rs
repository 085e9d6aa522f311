//! Any bytes as a host's certificate table.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::snp_certificate_table(bytes));
