//! Any bytes as EigenCompute's bound evidence (JSON).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::eigencompute::parse::BoundEvidence::from_json(bytes);
});
