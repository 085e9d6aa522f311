//! Any bytes as an SGX or TDX quote.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::intel::parse::Quote::parse(bytes);
});
