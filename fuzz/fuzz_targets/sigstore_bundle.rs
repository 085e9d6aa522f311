//! Any bytes as a Sigstore bundle.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::sigstore::parse::Bundle::parse(bytes);
});
