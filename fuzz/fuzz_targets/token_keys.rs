//! Any bytes as a list of token keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::token::parse::jwks::KeyList::parse(bytes);
});
