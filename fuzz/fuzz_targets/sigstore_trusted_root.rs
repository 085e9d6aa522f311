//! Any bytes as a list of Sigstore's keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::sigstore::verify::TrustedRoot::from_json(bytes);
});
