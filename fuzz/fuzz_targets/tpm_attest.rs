//! Any bytes as a TPM's quote.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::tpm::parse::Attest::parse(bytes);
});
