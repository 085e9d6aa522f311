//! Any bytes as the extension of a PCK certificate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::intel::parse::collateral::PckExtension::parse(bytes);
});
