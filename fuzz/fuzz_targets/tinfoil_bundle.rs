//! Any bytes as Tinfoil's bundle.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::tinfoil::parse::Bundle::parse(bytes);
});
