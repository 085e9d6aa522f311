//! Any bytes as Intel's TCB info.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::intel::parse::collateral::TcbInfo::parse(bytes);
});
