//! Any bytes as what an enclave of Tinfoil's answers, and as what its workflows signed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::tinfoil_document(bytes));
