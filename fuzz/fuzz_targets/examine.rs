//! Any bytes as the evidence, from bytes to a report.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let files = [silicon_to_source::File::new("input", bytes)];
    let context = silicon_to_source::Context::at(silicon_to_source::time::UnixTime(1_769_904_000));
    let _ = silicon_to_source::examine(&files, None, &context).map(|report| report.to_json());
});
