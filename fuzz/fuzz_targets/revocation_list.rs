//! Any bytes as a revocation list.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::pki::Crl::parse("revocation list", bytes);
});
