//! Attestation tokens against a policy.
//!
//! Everything here is the issuer's word: [`checks::TOKEN_VERIFIER`] warns of that whatever else
//! holds.

mod claims;
mod guest;
mod microsoft;

use super::checks;
use super::parse::{Claims, Container, NumberOrText, OneOrMore, Service, Token};
use super::policy::TokenPolicy;
use super::verify::{TOKEN, VerifiedToken};
use crate::finding::compared::{Compared, Comparers, ruled_unless};
use crate::finding::{Check, Finding, Rule, Why};

pub(crate) use claims::claims;
pub(crate) use guest::may_be_debugged;
pub(crate) use microsoft::may_be_debugged as machine_may_be_debugged;

/// The operating system that measures its container.
const CONFIDENTIAL_SPACE: &str = "CONFIDENTIAL_SPACE";
/// Google's number as a maker, in the private enterprise numbers of IANA.
const GOOGLE_MAKER: u64 = 11129;
/// Hardware whose maker's report stands behind the token; behind any other model stands the
/// provider's own virtual TPM at most.
const REPORTED_BY_CPU: [&str; 6] =
    ["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "INTEL_TDX", "TDX", "sevsnpvm", "tdxvm"];

/// What EigenLabs' KMS says of an image whose measured command line names it hardened, and of any
/// other.
const HARDENED: [&str; 2] = ["not-hardened", "hardened"];

/// Appraises a verified token.
pub(crate) fn appraise(
    verified: &VerifiedToken<'_>,
    policy: &TokenPolicy,
    compared: Comparers,
) -> Vec<Finding> {
    let token = verified.token();
    let claims = &token.claims;
    let service = token.service();
    let container = claims.submodules.container.as_ref();
    let measures = claims.software.as_deref() == Some(CONFIDENTIAL_SPACE)
        || service == Some(Service::EigenKms);
    let mut findings = vec![
        Finding::warn(&checks::TOKEN_VERIFIER, "issuer-is-the-verifier")
            .actual(claims.issuer.as_str()),
        audience(claims.audience.as_ref(), policy),
        hardware(token, policy),
        project(claims, policy),
        software(claims, service, policy),
        secure_boot(token, policy.secure_boot),
        debug(token, measures, policy),
        support(claims, measures, policy),
        image(container, measures, policy, compared.software),
        match (service, container) {
            (Some(Service::EigenKms), Some(container)) => environment(container, policy.overrides),
            _ => overrides(container, measures, policy.overrides),
        },
        nonce(token, policy, compared.data),
    ];
    if service == Some(Service::IntelTrustAuthority) {
        findings.extend(guest::appraise(token, policy));
    }
    if service == Some(Service::MicrosoftAzure) {
        findings.extend(microsoft::appraise(token, policy));
    }
    findings.into_iter().map(|finding| placed(finding, token)).collect()
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(token: &Token<'_>, by: &'static Check) -> Vec<Finding> {
    let own = match token.service() {
        Some(Service::IntelTrustAuthority) => &checks::GUEST[..],
        Some(Service::MicrosoftAzure) => &checks::MACHINE[..],
        _ => &[],
    };
    let all = checks::APPRAISAL.iter().chain(own);
    all.map(|check| Finding::blocked(check, by)).collect()
}

fn placed(finding: Finding, token: &Token<'_>) -> Finding {
    let span = token.claims_span();
    finding.within(TOKEN, span)
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

fn audience(audience: Option<&OneOrMore>, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_AUDIENCE;
    let Some(audience) = audience else {
        return match &policy.audience {
            Some(expected) => Finding::fail(check, "missing").expected(expected.as_str()),
            None => Finding::no_reference(check),
        };
    };
    let actual = audience.all().join(", ");
    match &policy.audience {
        // A token for several parties can be passed on by any of them.
        Some(expected) => {
            let holds = matches!(audience.all(), [only] if only == expected);
            Finding::test(check, holds, "not-equal").expected(expected.as_str())
        }
        None => Finding::no_reference(check),
    }
    .actual(actual)
}

/// Intel's service names the kind of hardware itself when the cloud does not; Microsoft's has a word
/// of its own for it.
fn hardware(token: &Token<'_>, policy: &TokenPolicy) -> Finding {
    let stated = || token.stated("attester_type").into_iter().find_map(|kind| kind.as_str());
    let named = token.claims.hardware.as_deref();
    let actual = match token.service() {
        Some(Service::MicrosoftAzure) => microsoft::hardware(token),
        Some(Service::IntelTrustAuthority) => named.or_else(stated),
        _ => named,
    };
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
        (None, Some(actual)) => Finding::no_reference(check).actual(actual),
        (None, None) => Finding::no_reference(check),
    }
}

fn software(claims: &Claims, service: Option<Service>, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_SOFTWARE;
    match (service, claims.software.as_deref()) {
        (
            Some(Service::EigenKms | Service::IntelTrustAuthority | Service::MicrosoftAzure),
            None,
        ) => Finding::unknown(check, Why::NotPublished),
        (_, actual) => listed(check, &policy.software, actual),
    }
}

/// EigenLabs' KMS writes `true` whatever booted (Layr-Labs/eigenx-kms, internal/auth/
/// jwt_claims.go), so nothing is taken from it.
fn secure_boot(token: &Token<'_>, rule: Rule) -> Finding {
    let check = &checks::TOKEN_SECURE_BOOT;
    let claims = &token.claims;
    match (token.service(), claims.secure_boot) {
        (Some(Service::MicrosoftAzure), _) => {
            return match microsoft::secure_boot(token) {
                None => Finding::unknown(check, Why::NotPublished),
                Some(on) => ruled_unless(check, (!on).then_some("off"), rule),
            };
        }
        (Some(Service::EigenKms), _) | (Some(Service::IntelTrustAuthority), None) => {
            return Finding::unknown(check, Why::NotPublished);
        }
        _ => {}
    }
    let reason = match (claims.secure_boot, &claims.maker) {
        (Some(true), Some(NumberOrText::Number(GOOGLE_MAKER))) => None,
        (Some(true), _) => Some("wrong-maker"),
        (Some(false), _) => Some("off"),
        (None, _) => Some("missing"),
    };
    ruled_unless(check, reason, rule)
}

/// Whether a state of debugging keeps the operator out. One that does not, and that the policy
/// accepts, is allowed. The words for "no" begin alike (RFC 9711 section 4.2.9); "hardened" is
/// EigenLabs' own.
pub(crate) fn kept_out(check: &'static Check, status: &str, is_accepted: bool) -> Finding {
    let [_, hardened] = HARDENED;
    match is_accepted {
        false => Finding::fail(check, "not-accepted"),
        true if status.starts_with("disabled") || status == hardened => Finding::pass(check),
        true => Finding::allowed(check, "debuggable"),
    }
}

/// Only Confidential Space's own images say whether their operator can get in; EigenLabs' KMS
/// reads it from the measured command line.
fn debug(token: &Token<'_>, measures: bool, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_DEBUG;
    match (token.service(), token.claims.debug.as_deref()) {
        (Some(Service::EigenKms), _) => {
            let hardened = token.members.get("hardened").and_then(serde_json::Value::as_bool);
            let [no, yes] = HARDENED;
            debug_state(policy, hardened.map(|hardened| if hardened { yes } else { no }))
        }
        (_, None) if !measures => Finding::unknown(check, Why::NotPublished),
        // Elsewhere Intel's service says by it whether the host can read the guest.
        (Some(Service::IntelTrustAuthority), _) if !measures => {
            Finding::unknown(check, Why::NotPublished)
        }
        (_, actual) => debug_state(policy, actual),
    }
}

fn debug_state(policy: &TokenPolicy, actual: Option<&str>) -> Finding {
    let finding = listed(&checks::TOKEN_DEBUG, &policy.debug, actual);
    match actual {
        Some(status) if finding.passed() => {
            Finding { outcome: kept_out(finding.check, status, true).outcome, ..finding }
        }
        _ => finding,
    }
}

fn support(claims: &Claims, measures: bool, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_SUPPORT;
    let space = claims.submodules.confidential_space.as_ref();
    let named = space.map(|space| space.support_attributes.as_slice()).unwrap_or_default();
    match &policy.support {
        None => Finding::no_reference(check),
        Some(_) if !measures => Finding::unknown(check, Why::NotPublished),
        Some(expected) => {
            let reason = if named.is_empty() { "missing" } else { "not-accepted" };
            Finding::test(check, named.contains(expected), reason).expected(expected.as_str())
        }
    }
    .actual(named.join(", "))
}

fn image(
    container: Option<&Container>,
    measures: bool,
    policy: &TokenPolicy,
    compared: Compared,
) -> Finding {
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
    let Some(actual) = &container.image_digest else { return Finding::fail(check, "missing") };
    let equal = |expected: &String| Finding::equal_text(check, expected, actual);
    compared.with(check, policy.image_digest.as_ref(), equal).actual(actual.as_str())
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
    let finding = ruled_unless(check, (!names.is_empty()).then_some("present"), rule);
    if names.is_empty() { finding } else { finding.actual(names.join(", ")) }
}

/// EigenLabs' KMS lists the whole environment: what the operator set stands among the rest.
fn environment(container: &Container, rule: Rule) -> Finding {
    let check = &checks::TOKEN_OVERRIDES;
    let names: Vec<&str> = container.env.keys().map(String::as_str).collect();
    ruled_unless(check, Some("not-told-apart"), rule).actual(names.join(", "))
}

/// A whole value of the token's list; several nonces are allowed, and none is a prefix match. What
/// the asker chose stands in `extra_data` of EigenLabs' tokens, and in `attester_held_data` of
/// Intel's where there is no `eat_nonce`.
fn nonce(token: &Token<'_>, policy: &TokenPolicy, compared: Compared) -> Finding {
    let check = &checks::TOKEN_NONCE;
    let stated = |name| token.stated(name).into_iter().filter_map(|v| v.as_str()).collect();
    let values: Vec<&str> = match (token.service(), &token.claims.nonce) {
        (Some(Service::EigenKms), _) => stated("extra_data"),
        (Some(Service::IntelTrustAuthority), None) => stated("attester_held_data"),
        (Some(Service::MicrosoftAzure), _) => microsoft::nonces(token),
        (_, nonce) => {
            let all = nonce.as_ref().map(OneOrMore::all).unwrap_or_default();
            all.iter().map(String::as_str).collect()
        }
    };
    let finding = compared.with(check, policy.nonce.as_ref(), |expected| {
        let reason = if values.is_empty() { "missing" } else { "not-equal" };
        Finding::test(check, values.contains(&expected.as_str()), reason)
            .expected(expected.as_str())
    });
    finding.actual(values.join(", "))
}
