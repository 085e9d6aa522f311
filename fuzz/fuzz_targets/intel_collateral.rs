//! Any bytes as a file of Intel's collateral.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::intel::parse::collateral::parts(bytes);
});
