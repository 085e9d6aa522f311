//! Any bytes as a certificate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::pki::Cert::parse("certificate", bytes);
});
