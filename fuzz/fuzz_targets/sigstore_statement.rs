//! Any bytes as an in-toto statement.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::sigstore::parse::Statement::parse(bytes);
});
