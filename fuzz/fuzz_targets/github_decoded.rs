//! Any bytes as a bundle as GitHub stores it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::git::parse::github::decoded(bytes);
});
