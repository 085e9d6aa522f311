//! Any bytes as a document of an AWS Nitro enclave.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::nitro::parse::Document::parse(bytes);
});
