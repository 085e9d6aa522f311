//! Any bytes as GitHub's answer about attestations.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::git::parse::github::attestations(bytes);
});
