//! Any bytes as Intel's QE identity.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::intel::parse::collateral::QeIdentity::parse(bytes);
});
