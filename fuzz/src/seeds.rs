//! What fuzzing begins with: the simulator's files, what is inside of them, and the built-in policies.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_sim::aci::AciSpec;
use s2s_sim::amd::ReportSpec as SnpReport;
use s2s_sim::apple::{self, RowSpec};
use s2s_sim::container::Container;
use s2s_sim::cvm::EnvelopeSpec;
use s2s_sim::intel::{CollateralSpec, QuoteSpec, TdSpec};
use s2s_sim::near::NearSpec;
use s2s_sim::release::Release;
use s2s_sim::repository::Repository;
use s2s_sim::sigstore::{Build, BundleSpec};
use s2s_sim::tinfoil::{GuestSpec, TinfoilSpec};
use serde_json::Value as Json;
use silicon_to_source::engine::Builtin;
use silicon_to_source::formats::snp::parse::Product;

use crate::BETWEEN;

/// The smallest and the largest part that is taken out, in bytes.
const PART: std::ops::RangeInclusive<usize> = 16..=200_000;

/// Every file to begin with, each once.
pub fn all() -> Vec<Vec<u8>> {
    let mut found = BTreeSet::new();
    let repository = Repository::simulated();
    let whole: Vec<Vec<u8>> = [
        s2s_sim::demonstration(),
        QuoteSpec::sgx_v3().bytes(),
        QuoteSpec::tdx_v4().bytes(),
        QuoteSpec::tdx_v5(TdSpec::healthy_1_5()).bytes(),
        CollateralSpec::tdx().bytes(),
        NearSpec::default().bytes(),
        AciSpec::default().bytes(),
        AciSpec::default().keyset.to_string().into_bytes(),
        apple::feed(&[RowSpec::with_chain(), RowSpec::without_chain()]),
        apple::ProcessSpec::healthy().bytes(),
        TinfoilSpec::default().bytes(),
        s2s_sim::contrast::of_tdx(&TdSpec::healthy_1_5()).to_string().into_bytes(),
        s2s_sim::contrast::of_snp(&SnpReport::healthy(Product::Milan)).to_string().into_bytes(),
        EnvelopeSpec::snp().bytes(),
        EnvelopeSpec::tdx().bytes(),
        EnvelopeSpec::azure_snp().bytes(),
        EnvelopeSpec::azure_tdx().bytes(),
        GuestSpec::tdx().document(),
        GuestSpec::tdx().hardware(),
        GuestSpec::tdx().witness(),
        s2s_sim::nvidia::ManifestSpec::driver().xml(),
        s2s_sim::coordinator::CoordinatorSpec::default().bytes(),
        s2s_sim::nitro::NitroSpec::healthy().bytes(),
        BundleSpec::message(&Build::default(), b"artifact".to_vec()).bytes(),
        BundleSpec::rekor_v2(
            &Build::default(),
            Build::default().slsa_statement("image", &"0".repeat(64)),
        )
        .bytes(),
        Release::of([("file", &b"file"[..])]).bytes(),
    ]
    .into_iter()
    .chain(Container::of(&repository).files(&repository).into_iter().map(|(_, bytes)| bytes))
    .chain(s2s_sim::files().into_iter().map(|file| file.bytes))
    .chain(Builtin::all().iter().map(|policy| policy.json.as_bytes().to_vec()))
    .collect();
    for bytes in &whole {
        inside(bytes, 0, &mut found);
    }
    // Files that belong together, as one input of `shelf`.
    found.insert([QuoteSpec::tdx_v4().bytes(), CollateralSpec::tdx().bytes()].join(BETWEEN));
    let build: Vec<Vec<u8>> =
        Container::of(&repository).files(&repository).into_iter().map(|(_, bytes)| bytes).collect();
    found.insert(build.join(BETWEEN));
    found.insert(Vec::new());
    found.into_iter().collect()
}

/// Adds `bytes`, and what JSON in it holds as base64, as hex or as a value of its own.
fn inside(bytes: &[u8], depth: usize, found: &mut BTreeSet<Vec<u8>>) {
    if depth > 4 || !found.insert(bytes.to_vec()) {
        return;
    }
    if let Ok(json) = serde_json::from_slice::<Json>(bytes) {
        values(&json, depth, found);
    }
}

fn values(json: &Json, depth: usize, found: &mut BTreeSet<Vec<u8>>) {
    match json {
        Json::String(text) => {
            let read = [
                STANDARD.decode(text).ok(),
                URL_SAFE_NO_PAD.decode(text).ok(),
                hex::decode(text).ok(),
            ];
            let own = text.starts_with('{').then(|| text.clone().into_bytes());
            for part in read.into_iter().chain([own]).flatten() {
                if PART.contains(&part.len()) {
                    inside(&part, depth + 1, found);
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| values(item, depth, found)),
        Json::Object(members) => {
            for member in members.values() {
                if member.is_object() && depth < 2 {
                    inside(member.to_string().as_bytes(), depth + 1, found);
                }
                values(member, depth, found);
            }
        }
        _ => {}
    }
}
