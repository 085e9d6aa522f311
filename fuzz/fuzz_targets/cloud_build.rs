//! Any bytes as Google Cloud Build's provenance.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::cloud_build::parse::Provenance::parse(bytes);
});
