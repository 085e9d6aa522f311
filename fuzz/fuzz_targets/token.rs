//! Any bytes as an attestation token.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::token::parse::Token::parse(bytes);
});
