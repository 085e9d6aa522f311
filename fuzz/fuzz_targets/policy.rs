//! Any bytes as a policy file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::engine::policy::Policy::from_json(bytes);
});
