//! Any bytes as a host's certificate table.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::snp::parse::CertificateTable::parse(bytes);
});
