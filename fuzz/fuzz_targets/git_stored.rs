//! Any bytes as an object as git stores it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::builds::git::parse::objects::Object::stored(bytes);
});
