//! Any bytes as an answer of dstack's agent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::dstack::parse::Answer::parse(bytes);
});
