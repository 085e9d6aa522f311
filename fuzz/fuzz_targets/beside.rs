//! Any bytes as a file beside a whole chain of evidence.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let demonstration = s2s_sim::demonstration();
    let files = [
        silicon_to_source::File::new("evidence", demonstration),
        silicon_to_source::File::new("beside", bytes),
    ];
    let context = silicon_to_source::Context::at(silicon_to_source::time::UnixTime(1_769_904_000));
    let policy = silicon_to_source::engine::builtin("simulated");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let _ = silicon_to_source::examine(&files, policy.as_ref(), &context);
});
