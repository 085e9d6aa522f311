//! Any bytes as an answer of the log's, beside an envelope that came without its entry.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::sigstore::{Build, BundleSpec};

static ENVELOPE: LazyLock<String> = LazyLock::new(|| {
    let build = Build::default();
    let bundle = BundleSpec::dsse(&build, build.slsa_statement("image", &"0".repeat(64))).json();
    let der = bundle["verificationMaterial"]["certificate"]["rawBytes"].as_str();
    let der = STANDARD.decode(der.unwrap_or_default()).unwrap_or_default();
    let text = STANDARD.encode(der);
    let mut envelope = bundle["dsseEnvelope"].clone();
    envelope["signatures"][0]["cert"] =
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into();
    envelope.to_string()
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let files = [
        silicon_to_source::File::new("evidence", ENVELOPE.as_bytes()),
        silicon_to_source::File::new("beside", bytes),
    ];
    let context = silicon_to_source::Context::at(silicon_to_source::time::UnixTime(1_769_904_000));
    let policy = silicon_to_source::engine::builtin("sigstore");
    let policy = policy.and_then(|built_in| built_in.policy().ok());
    let _ = silicon_to_source::examine(&files, policy.as_ref(), &context);
});
