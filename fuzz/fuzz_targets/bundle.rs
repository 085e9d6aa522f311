//! Any bytes as a bundle, whose report is made again.
#![no_main]

use silicon_to_source::engine::bundle::Bundle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = Bundle::read(bytes) {
        let _ = silicon_to_source::recorded(&bundle);
    }
});
