//! Any bytes behind the beginning of an attestation of dstack's, version 1.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let begin = b"\x83\xa7version\x01\xa8platform\x82\xa4kind";
    let input = [&begin[..], bytes].concat();
    let files = [silicon_to_source::File::new("input", &input)];
    let context = silicon_to_source::Context::at(silicon_to_source::time::UnixTime(1_769_904_000));
    let _ = silicon_to_source::examine(&files, None, &context);
});
