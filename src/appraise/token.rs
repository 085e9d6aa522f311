//! Attestation tokens against a policy.
//!
//! Everything here is the issuer's word: [`checks::TOKEN_VERIFIER`] warns of that whatever else
//! holds.

use crate::claims::Claim;
use crate::evidence::token::{Claims, Container, OneOrMore, Token};
use crate::finding::{Check, Finding, LinkId, Value, Why, checks};
use crate::policy::{Rule, TokenPolicy};
use crate::verify::token::{TOKEN, VerifiedToken};

/// Every check of this module, in order.
pub static CHECKS: &[&Check] = &[
    &checks::TOKEN_VERIFIER,
    &checks::TOKEN_AUDIENCE,
    &checks::TOKEN_HARDWARE,
    &checks::TOKEN_PROJECT,
    &checks::TOKEN_SOFTWARE,
    &checks::TOKEN_SECURE_BOOT,
    &checks::TOKEN_DEBUG,
    &checks::TOKEN_SUPPORT,
    &checks::TOKEN_IMAGE,
    &checks::TOKEN_OVERRIDES,
    &checks::TOKEN_NONCE,
];

/// The operating system that measures its container.
const CONFIDENTIAL_SPACE: &str = "CONFIDENTIAL_SPACE";
/// Google's number as a maker, in the private enterprise numbers of IANA.
const GOOGLE_MAKER: u64 = 11129;
/// Hardware whose maker's report stands behind the token; behind any other model stands the
/// provider's own virtual TPM at most.
const REPORTED_BY_CPU: [&str; 3] = ["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "INTEL_TDX"];

/// Appraises a verified token.
pub fn appraise(verified: &VerifiedToken<'_>, policy: &TokenPolicy) -> Vec<Finding> {
    let token = verified.token();
    let claims = &token.claims;
    let container = claims.submodules.container.as_ref();
    let measures = claims.software.as_deref() == Some(CONFIDENTIAL_SPACE);
    let findings = [
        Finding::warn(&checks::TOKEN_VERIFIER, "issuer-is-the-verifier")
            .actual(claims.issuer.as_str()),
        audience(&claims.audience, policy),
        hardware(claims.hardware.as_deref(), policy),
        project(claims, policy),
        listed(&checks::TOKEN_SOFTWARE, &policy.software, claims.software.as_deref()),
        secure_boot(claims, policy.secure_boot),
        debug(claims, measures, policy),
        support(claims, measures, policy),
        image(container, measures, policy),
        overrides(container, measures, policy.overrides),
        nonce(claims.nonce.as_ref(), policy),
    ];
    findings.map(|finding| placed(finding, token)).to_vec()
}

/// The findings when there is nothing verified to appraise.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    CHECKS.iter().map(|check| Finding::blocked(check, by)).collect()
}

fn placed(finding: Finding, token: &Token<'_>) -> Finding {
    let span = token.claims_span();
    finding.at(TOKEN, span.start, span.len)
}

/// One of a list, as a whole.
fn listed(check: &'static Check, accepted: &[String], actual: Option<&str>) -> Finding {
    let expected = accepted.join(" or ");
    match actual {
        Some(actual) => {
            let holds = accepted.iter().any(|accepted| accepted == actual);
            Finding::test(check, holds, "not-accepted").actual(actual)
        }
        None => Finding::fail(check, "missing"),
    }
    .expected(expected)
}

fn audience(audience: &OneOrMore, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_AUDIENCE;
    let actual = audience.all().join(", ");
    match &policy.audience {
        // A token for several parties can be passed on by any of them.
        Some(expected) => {
            let holds = matches!(audience.all(), [only] if only == expected);
            Finding::test(check, holds, "not-equal").expected(expected.as_str())
        }
        None => Finding::warn(check, "not-pinned"),
    }
    .actual(actual)
}

fn hardware(actual: Option<&str>, policy: &TokenPolicy) -> Finding {
    let finding = listed(&checks::TOKEN_HARDWARE, &policy.hardware, actual);
    match actual {
        Some(model) if finding.passed() && !REPORTED_BY_CPU.contains(&model) => {
            Finding { outcome: Finding::warn(finding.check, "provider-only").outcome, ..finding }
        }
        _ => finding,
    }
}

fn project(claims: &Claims, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_PROJECT;
    let actual = claims.submodules.gce.as_ref().and_then(|gce| gce.project_id.as_deref());
    match (&policy.project, actual) {
        (Some(expected), Some(actual)) => Finding::equal_text(check, expected, actual),
        (Some(expected), None) => Finding::fail(check, "missing").expected(expected.as_str()),
        (None, Some(actual)) => Finding::unknown(check, Why::NotApplicable).actual(actual),
        (None, None) => Finding::unknown(check, Why::NotApplicable),
    }
}

fn secure_boot(claims: &Claims, rule: Rule) -> Finding {
    let check = &checks::TOKEN_SECURE_BOOT;
    let reason = match (claims.secure_boot, claims.maker) {
        (Some(true), Some(GOOGLE_MAKER)) => None,
        (Some(true), _) => Some("wrong-maker"),
        (Some(false), _) => Some("off"),
        (None, _) => Some("missing"),
    };
    match (reason, rule) {
        (None, _) | (Some(_), Rule::Allow) => Finding::pass(check),
        (Some(reason), Rule::Warn) => Finding::warn(check, reason),
        (Some(reason), Rule::Deny) => Finding::fail(check, reason),
    }
}

/// Only Confidential Space's own images say whether their operator can get in.
fn debug(claims: &Claims, measures: bool, policy: &TokenPolicy) -> Finding {
    match claims.debug.as_deref() {
        None if !measures => Finding::unknown(&checks::TOKEN_DEBUG, Why::NotPublished),
        actual => listed(&checks::TOKEN_DEBUG, &policy.debug, actual),
    }
}

fn support(claims: &Claims, measures: bool, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_SUPPORT;
    let space = claims.submodules.confidential_space.as_ref();
    let named = space.map(|space| space.support_attributes.as_slice()).unwrap_or_default();
    match &policy.support {
        None => Finding::unknown(check, Why::NotApplicable),
        Some(_) if !measures => Finding::unknown(check, Why::NotPublished),
        Some(expected) => {
            let reason = if named.is_empty() { "missing" } else { "not-accepted" };
            Finding::test(check, named.contains(expected), reason).expected(expected.as_str())
        }
    }
    .actual(named.join(", "))
}

fn image(container: Option<&Container>, measures: bool, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_IMAGE;
    let Some(container) = container else {
        return if measures {
            Finding::fail(check, "missing")
        } else {
            Finding::unknown(check, Why::NotPublished)
        };
    };
    if !measures {
        return Finding::fail(check, "not-measured");
    }
    match (&policy.image_digest, &container.image_digest) {
        (_, None) => Finding::fail(check, "missing"),
        (Some(expected), Some(actual)) => Finding::equal_text(check, expected, actual),
        (None, Some(actual)) => Finding::warn(check, "not-pinned").actual(actual.as_str()),
    }
}

fn overrides(container: Option<&Container>, measures: bool, rule: Rule) -> Finding {
    let check = &checks::TOKEN_OVERRIDES;
    let Some(container) = container.filter(|_| measures) else {
        return Finding::unknown(check, Why::NotPublished);
    };
    let names: Vec<&str> = (!container.cmd_override.is_empty())
        .then_some("command")
        .into_iter()
        .chain(container.env_override.keys().map(String::as_str))
        .collect();
    match (names.is_empty(), rule) {
        (true, _) => Finding::pass(check),
        (false, Rule::Allow) => Finding::pass(check).actual(names.join(", ")),
        (false, Rule::Warn) => Finding::warn(check, "present").actual(names.join(", ")),
        (false, Rule::Deny) => Finding::fail(check, "present").actual(names.join(", ")),
    }
}

/// A whole value of the token's list; several nonces are allowed, and none is a prefix match.
fn nonce(nonce: Option<&OneOrMore>, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_NONCE;
    let values = nonce.map(OneOrMore::all).unwrap_or_default();
    match &policy.nonce {
        None => Finding::unknown(check, Why::NotApplicable),
        Some(expected) => {
            let reason = if values.is_empty() { "missing" } else { "not-equal" };
            Finding::test(check, values.contains(expected), reason).expected(expected.as_str())
        }
    }
    .actual(values.join(", "))
}

/// What the token states, as claims of the links that show who states it.
pub fn claims(token: &Token<'_>) -> Vec<Claim> {
    let stated = &token.claims;
    let mut claims = Vec::new();
    let mut claim = |name, link, value: Option<&str>| {
        if let Some(value) = value {
            claims.push(Claim { name, value: Value::text(value), link, part: None });
        }
    };
    claim("token.hardware", LinkId::Report, stated.hardware.as_deref());
    claim("token.subject", LinkId::Report, stated.subject.as_deref());
    claim("token.audience", LinkId::Report, Some(&stated.audience.all().join(", ")));
    for account in &stated.google_service_accounts {
        claim("token.service-account", LinkId::Report, Some(account));
    }
    if let Some(gce) = &stated.submodules.gce {
        claim("token.project", LinkId::Report, gce.project_id.as_deref());
        claim("token.zone", LinkId::Report, gce.zone.as_deref());
        claim("token.instance", LinkId::Report, gce.instance_name.as_deref());
    }
    claim("token.software", LinkId::Measurements, stated.software.as_deref());
    if let Some(version) = &stated.software_version {
        claim("token.software-version", LinkId::Measurements, Some(&version.all().join(", ")));
    }
    if let Some(container) = &stated.submodules.container {
        claim("token.image-reference", LinkId::Image, container.image_reference.as_deref());
        claim("token.image-digest", LinkId::Image, container.image_digest.as_deref());
        claim("token.arguments", LinkId::Image, Some(&container.args.join(" ")));
        if !container.cmd_override.is_empty() {
            let command = container.cmd_override.join(" ");
            claim("token.command-override", LinkId::Image, Some(&command));
        }
        for (name, value) in &container.env_override {
            claim("token.environment-override", LinkId::Image, Some(&format!("{name}={value}")));
        }
    }
    claims
}
