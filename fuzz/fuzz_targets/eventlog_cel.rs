//! Any bytes as a launcher's event log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::formats::eventlog::parse::cel::Log::parse(bytes);
});
