//! The readable copy of a statement that gcloud prints beside it, which nobody signed.

use serde_json::Value as Json;

use crate::builds::cloud_build::checks;
use crate::builds::cloud_build::parse::{Envelope, Provenance};
use crate::builds::cloud_build::verify::{VerifiedBuild, VerifiedBuilds};
use crate::finding::{Finding, Why};

/// What gcloud prints beside the envelopes says nothing else than what was signed.
pub(super) fn unsigned(builds: &VerifiedBuilds, provenance: &Provenance) -> Vec<Finding> {
    let check = &checks::GCB_UNSIGNED;
    let mut findings = Vec::new();
    if let Some(digest) = provenance.summary_digest() {
        let signed = |build: &VerifiedBuild| {
            let subjects = build.statement().subjects().iter();
            subjects
                .filter_map(|subject| subject.digest("sha256"))
                .any(|hex| digest.strip_prefix("sha256:") == Some(hex))
        };
        let finding = Finding::test(check, builds.all().iter().any(signed), "not-listed");
        findings.push(finding.actual(digest).part("summary"));
    }
    let texts = provenance.envelopes().iter().enumerate();
    for (number, envelope) in texts {
        let Some(said) = &envelope.unsigned else { continue };
        let is_verified = builds.all().iter().any(|build| build.payload() == envelope.payload);
        if !is_verified {
            continue;
        }
        let part = format!("text {}", number.saturating_add(1));
        findings.push(
            match difference(said, envelope) {
                None => Finding::pass(check),
                Some(place) => Finding::fail(check, "not-equal").actual(place),
            }
            .part(part),
        );
    }
    if findings.is_empty() {
        findings.push(Finding::unknown(check, Why::NotApplicable));
    }
    findings
}

/// The first place at which the readable copy says something that was not signed.
fn difference(said: &Json, envelope: &Envelope) -> Option<String> {
    match crate::json::read::<Json>(&envelope.payload) {
        Some(signed) => beyond(said, &signed, String::new()),
        None => Some(String::new()),
    }
}

fn beyond(said: &Json, signed: &Json, place: String) -> Option<String> {
    match (said, signed) {
        (Json::Object(said), Json::Object(signed)) => said.iter().find_map(|(name, value)| {
            let place = format!("{place}/{name}");
            match signed.get(name) {
                Some(signed) => beyond(value, signed, place),
                None => Some(place),
            }
        }),
        (Json::Array(said), Json::Array(signed)) if said.len() == signed.len() => {
            said.iter().zip(signed).enumerate().find_map(|(number, (said, signed))| {
                beyond(said, signed, format!("{place}/{number}"))
            })
        }
        (said, signed) if said == signed => None,
        _ => Some(place),
    }
}
