//! Any bytes as metadata of The Update Framework.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::tuf::parse::Metadata::parse(bytes);
});
