//! Any bytes as dstack's attestation of a TDX guest.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::dstack::parse::TdxAttestation::parse(bytes);
});
