//! Any bytes as a recorded exchange.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = silicon_to_source::services::coordinator::parse::exchange::Exchange::parse(bytes);
});
