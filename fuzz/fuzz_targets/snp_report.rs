//! Any bytes as an SEV-SNP report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::snp::parse::Report::parse(bytes);
});
