//! NVIDIA's tokens about GPUs against a policy.
//!
//! Everything here is the word of NVIDIA's service: [`token::checks::TOKEN_VERIFIER`] warns of that
//! whatever else holds.

use serde_json::Value as Json;

use super::checks;
use crate::claims::Claim;
use crate::finding::compared::ruled_unless;
use crate::finding::{Check, Finding, LinkId, Rule, Value, Why};
use crate::formats::nras::verify::{DeviceToken, VerifiedDevices};
use crate::formats::token;
use crate::formats::token::appraise::kept_out;
use crate::formats::token::parse::{OneOrMore, Token};
use crate::formats::token::policy::TokenPolicy;
use crate::formats::token::verify::TOKEN;

/// Every check of this module, in order.
pub(crate) static CHECKS: &[&Check] = &[
    &token::checks::TOKEN_VERIFIER,
    &checks::NRAS_RESULT,
    &token::checks::TOKEN_NONCE,
    &checks::NRAS_CLAIMS,
    &checks::NRAS_MEASUREMENTS,
    &checks::NRAS_SECURE_BOOT,
    &checks::NRAS_DEBUG,
    &checks::NRAS_NONCE,
    &checks::NRAS_MACHINE,
];

/// What NVIDIA's service has to have done with a device's own report: the signature held, and the
/// report answers the nonce.
const NEEDED: [&str; 2] =
    ["attestation-report-signature-verified", "attestation-report-nonce-match"];

/// Appraises verified tokens.
pub(crate) fn appraise(verified: &VerifiedDevices<'_>, policy: &TokenPolicy) -> Vec<Finding> {
    let overall = verified.overall();
    let mut findings = vec![
        Finding::warn(&token::checks::TOKEN_VERIFIER, "issuer-is-the-verifier")
            .actual(overall.claims.issuer.as_str()),
        result(overall),
        nonce(overall, policy),
    ];
    let span = overall.claims_span();
    findings = findings.into_iter().map(|f| f.within(TOKEN, span)).collect();
    if verified.devices().is_empty() {
        findings.extend(checks::DEVICE.map(|check| Finding::unknown(check, Why::NotFetched)));
    }
    for device in verified.devices() {
        let token = &device.token;
        let span = token.claims_span();
        let own = [
            claimed(token),
            measurements(token),
            secure_boot(token, policy.secure_boot),
            debug(token, policy),
            same_nonce(token, overall),
        ];
        findings.extend(own.map(|finding| {
            let name = device.name.to_owned();
            finding.part(name).at(device.evidence.clone(), span.start, span.len)
        }));
    }
    // Nothing in a token names a machine.
    findings.push(Finding::unknown(&checks::NRAS_MACHINE, Why::NotPublished));
    findings
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    CHECKS.iter().map(|check| Finding::blocked(check, by)).collect()
}

fn result(overall: &Token<'_>) -> Finding {
    let check = &checks::NRAS_RESULT;
    match overall.members.get("x-nvidia-overall-att-result") {
        Some(Json::Bool(holds)) => Finding::test(check, *holds, "not-accepted"),
        _ => Finding::fail(check, "missing"),
    }
}

fn nonces<'t>(token: &'t Token<'_>) -> &'t [String] {
    token.claims.nonce.as_ref().map(OneOrMore::all).unwrap_or_default()
}

/// The whole value.
fn nonce(overall: &Token<'_>, policy: &TokenPolicy) -> Finding {
    let check = &token::checks::TOKEN_NONCE;
    match (&policy.nonce, nonces(overall)) {
        (None, _) => Finding::no_reference(check),
        (Some(expected), []) => Finding::fail(check, "missing").expected(expected.as_str()),
        (Some(expected), stated) => {
            let holds = matches!(stated, [only] if only == expected);
            Finding::test(check, holds, "not-equal").expected(expected.as_str())
        }
    }
    .actual(nonces(overall).join(", "))
}

/// No statement of NVIDIA's about the device is `false`, and those that matter most are there.
fn claimed(token: &Token<'_>) -> Finding {
    let check = &checks::NRAS_CLAIMS;
    let members = token.members.as_object().into_iter().flatten();
    let stated = || members.clone().filter(|(name, _)| name.starts_with("x-nvidia-"));
    let refused: Vec<&str> = stated()
        .filter(|(_, value)| **value == Json::Bool(false))
        .map(|(name, _)| name.as_str())
        .collect();
    let holds = |end: &str| stated().any(|(name, v)| name.ends_with(end) && *v == Json::Bool(true));
    if !refused.is_empty() {
        Finding::fail(check, "not-accepted").actual(refused.join(", "))
    } else if NEEDED.into_iter().all(holds) {
        Finding::pass(check)
    } else {
        Finding::fail(check, "missing")
    }
}

fn measurements(token: &Token<'_>) -> Finding {
    let check = &checks::NRAS_MEASUREMENTS;
    match token.members.get("measres").and_then(Json::as_str) {
        Some(result) => {
            let holds = result.eq_ignore_ascii_case("success");
            Finding::test(check, holds, "not-accepted").actual(result)
        }
        None => Finding::fail(check, "missing"),
    }
}

fn secure_boot(token: &Token<'_>, rule: Rule) -> Finding {
    let check = &checks::NRAS_SECURE_BOOT;
    let reason = match token.claims.secure_boot {
        Some(true) => None,
        Some(false) => Some("off"),
        None => Some("missing"),
    };
    ruled_unless(check, reason, rule)
}

fn debug(token: &Token<'_>, policy: &TokenPolicy) -> Finding {
    let check = &checks::NRAS_DEBUG;
    match token.claims.debug.as_deref() {
        Some(status) => {
            let is_accepted = policy.debug.iter().any(|accepted| accepted == status);
            kept_out(check, status, is_accepted).actual(status)
        }
        None => Finding::fail(check, "missing"),
    }
    .expected(policy.debug.join(" or "))
}

/// The device answers the question that the token about all of them answers.
fn same_nonce(token: &Token<'_>, overall: &Token<'_>) -> Finding {
    let check = &checks::NRAS_NONCE;
    match (nonces(overall), nonces(token)) {
        ([expected], [actual]) => Finding::equal_text(check, expected, actual),
        _ => Finding::fail(check, "missing"),
    }
}

/// What the tokens state.
pub(crate) fn claims(overall: &Token<'_>, devices: &[DeviceToken<'_>]) -> Vec<Claim> {
    const NAMED: [(&str, &str, LinkId); 6] = [
        ("gpu.model", "hwmodel", LinkId::Report),
        ("gpu.device", "ueid", LinkId::Report),
        ("gpu.warning", "x-nvidia-attestation-warning", LinkId::Report),
        ("gpu.driver", "x-nvidia-gpu-driver-version", LinkId::Measurements),
        ("gpu.vbios", "x-nvidia-gpu-vbios-version", LinkId::Measurements),
        ("gpu.measurements", "measres", LinkId::Measurements),
    ];
    let mut claims = Vec::new();
    let mut claim = |name, value: String, link| {
        claims.push(Claim { name, value: Value::text(value), link, part: None });
    };
    if let [nonce] = nonces(overall) {
        claim("token.nonce", nonce.clone(), LinkId::KeyBinding);
    }
    for device in devices {
        for (name, member, link) in NAMED {
            match device.token.members.get(member) {
                None | Some(Json::Null) => {}
                Some(Json::String(text)) => claim(name, format!("{}: {text}", device.name), link),
                Some(other) => claim(name, format!("{}: {other}", device.name), link),
            }
        }
    }
    claims
}
