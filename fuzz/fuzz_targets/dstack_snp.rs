//! Any bytes as dstack's attestation of an SEV-SNP guest.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::dstack::parse::SnpAttestation::parse(bytes);
});
