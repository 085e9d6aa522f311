//! A SLSA Verification Summary: an in-toto statement (v1) with the predicate
//! `https://slsa.dev/verification_summary/v1`.
//!
//! It is PASSED only when a level was asked for with `--require`, the chain reaches it, nothing
//! failed, and the hardware is no simulation. No level of a SLSA track is claimed, because nothing
//! assesses a build service against one: the build track is written as not evaluated, and the level
//! of this project stands beside it under its own name.

use serde_json::{Map, Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{Became, Level, Report, RootOfTrust, State};
use silicon_to_source::requirements::LeastLevel;

use super::{Asked, HOME, named, printed};
use crate::wording::word;

/// The statement, unsigned.
pub fn vsa(report: &Report, asked: &Asked) -> String {
    let has_passed = passed(report, asked.require);
    let mut policy = Map::new();
    policy.insert("name".to_owned(), Json::from(report.policy.name.as_str()));
    policy.insert("uri".to_owned(), Json::from(named(&report.policy.sha256)));
    policy.insert("digest".to_owned(), digest(&report.policy.sha256));
    policy.insert("annotations".to_owned(), Json::Object(asked.members()));
    let resource = report.headline.of.clone().unwrap_or_else(|| named(&report.subject.sha256));
    printed(&json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects(report),
        "predicateType": "https://slsa.dev/verification_summary/v1",
        "predicate": {
            "verifier": {
                "id": HOME,
                "version": {report.verifier.name: report.verifier.version},
            },
            "timeVerified": report.checked_at.to_string(),
            "resourceUri": resource,
            "policy": policy,
            "inputAttestations": inputs(report),
            "verificationResult": if has_passed { "PASSED" } else { "FAILED" },
            "verifiedLevels": levels(report, has_passed),
            "slsaVersion": "1.2",
            "s2s_signed": false,
            "s2s_simulated": report.simulated,
            "s2s_rootOfTrust": word(&report.assurance.root_of_trust),
            "s2s_state": word(&report.verdict.state),
            "s2s_reportSha256": Sha256::of(report.to_json().as_bytes()).to_string(),
        },
    }))
}

/// Whether the level asked for was reached, and nothing speaks against it.
fn passed(report: &Report, require: Option<LeastLevel>) -> bool {
    let reached = match require {
        None => false,
        Some(LeastLevel::At(least)) => report.assurance.level >= Some(least),
        Some(LeastLevel::Build) => report.assurance.root_of_trust == RootOfTrust::BuildOnly,
    };
    let holds = matches!(report.verdict.state, State::Verified | State::Warning);
    reached && holds && report.verdict.lacks.is_empty() && !report.simulated
}

/// What was verified: the evidence, and the image where the chain reaches it.
fn subjects(report: &Report) -> Vec<Json> {
    let evidence = json!({"name": report.subject.kind, "digest": digest(&report.subject.sha256)});
    let image = report.assurance.level >= Some(Level::A4);
    let images = report
        .claims
        .iter()
        .filter(|claim| image && claim.name == "image.digest" && claim.link == LinkId::Image);
    let images =
        images.map(|claim| json!({"name": "image", "digest": {"sha256": claim.value.to_string()}}));
    std::iter::once(evidence).chain(images).collect()
}

/// The files that the answer rests upon.
fn inputs(report: &Report) -> Vec<Json> {
    let used =
        report.files.iter().filter(|file| matches!(file.became, Became::Evidence | Became::Used));
    used.map(|file| json!({"uri": named(&file.sha256), "digest": digest(&file.sha256)})).collect()
}

fn levels(report: &Report, has_passed: bool) -> Vec<String> {
    let own = report.assurance.level.map(|level| format!("S2S_LEVEL_{}", word(&level)));
    match has_passed {
        true => std::iter::once("SLSA_BUILD_LEVEL_UNEVALUATED".to_owned()).chain(own).collect(),
        false => vec!["FAILED".to_owned()],
    }
}

fn digest(sha256: &Sha256) -> Json {
    json!({"sha256": sha256.to_string()})
}
