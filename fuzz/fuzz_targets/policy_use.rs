//! Any bytes as the policy under which a whole chain is examined.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| s2s_fuzz::policy_use(bytes));
