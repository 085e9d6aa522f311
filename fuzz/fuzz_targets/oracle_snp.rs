//! A report that the verifier reads is read by the sev crate too, with the same measurement.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::oracle_snp(bytes));
