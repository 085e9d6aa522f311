//! Any bytes as an attestation of go-tpm-tools.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::tpm::parse::Attestation::parse(bytes);
});
