//! Any bytes as a DSSE envelope of Google Cloud Build's, or with its signer's certificate.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let begin = br#"{"payloadType":"application/vnd.in-toto+json","#;
    let input = [&begin[..], bytes].concat();
    let files = [silicon_to_source::File::new("input", &input)];
    let context = silicon_to_source::Context::at(silicon_to_source::time::UnixTime(1_769_904_000));
    let _ = silicon_to_source::examine(&files, None, &context);
});
