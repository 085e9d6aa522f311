mod certificates;
mod collateral;
mod quotes;
mod spoiled;

use dcap_qvl::QuoteCollateralV3;
use dcap_qvl::verify::{QuoteVerifier, VerifiedReport};
use p256::ecdsa::signature::Verifier as _;
use s2s_sim::intel::{CollateralSpec, QuoteSpec, Role, TdSpec, authority};
use s2s_sim::keys::Key;

/// 2025-01-01, 2035-01-01 and 2045-01-01.
const TIMES: [u64; 3] = [1_735_689_600, 2_051_222_400, 2_366_841_600];

fn qvl(collateral: &CollateralSpec) -> QuoteCollateralV3 {
    serde_json::from_value(collateral.json()).unwrap()
}

/// What dcap-qvl says under the simulated root.
fn verify(quote: &[u8], collateral: &CollateralSpec, now: u64) -> Result<VerifiedReport, String> {
    QuoteVerifier::new(authority(Role::Root).to_vec())
        .verify(quote, &qvl(collateral), now)
        .map_err(|error| format!("{error:#}"))
}

fn healthy() -> [(&'static str, QuoteSpec, CollateralSpec); 5] {
    [
        ("SGX version 3", QuoteSpec::sgx_v3(), CollateralSpec::sgx()),
        ("TDX version 4", QuoteSpec::tdx_v4(), CollateralSpec::tdx()),
        ("TDX body type 2", QuoteSpec::tdx_v5(TdSpec::healthy()), CollateralSpec::tdx()),
        ("TDX body type 3", QuoteSpec::tdx_v5(TdSpec::healthy_1_5()), CollateralSpec::tdx()),
        ("TDX body type 4", QuoteSpec::tdx_v5(TdSpec::healthy_extended()), CollateralSpec::tdx()),
    ]
}

fn is_signed_by(key: Key, message: &[u8], signature: &p256::ecdsa::Signature) -> bool {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.public())
        .unwrap()
        .verify(message, signature)
        .is_ok()
}

fn is_raw_signed_by(key: Key, message: &[u8], signature: &[u8]) -> bool {
    is_signed_by(key, message, &p256::ecdsa::Signature::from_slice(signature).unwrap())
}
