//! Any bytes as an SEV-SNP report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::snp_report(bytes));
