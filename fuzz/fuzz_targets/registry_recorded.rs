//! Any bytes as a recorded answer of an RPC provider.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::registry::parse::Recorded::parse(bytes);
});
