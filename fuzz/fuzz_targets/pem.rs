//! Any bytes as PEM.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::pki::pem_blocks("PEM", bytes);
});
