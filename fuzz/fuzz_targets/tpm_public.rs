//! Any bytes as the public part of a TPM's key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::tpm::parse::Public::parse(bytes);
});
