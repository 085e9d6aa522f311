//! Any bytes as a TPM's signature.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::tpm::parse::Signature::parse(bytes);
});
