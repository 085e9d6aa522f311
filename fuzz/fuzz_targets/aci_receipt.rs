//! Any bytes beside an ACI report, as a receipt or a session.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::aci_receipt(bytes));
