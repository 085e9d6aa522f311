//! Any bytes as the predicate of Tinfoil's statement.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::tinfoil::parse::Predicate::parse(bytes);
});
