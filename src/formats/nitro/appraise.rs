//! Documents of AWS Nitro enclaves against a policy.

use super::checks;
use super::parse::{Document, Located};
use super::policy::{HexBytes, NitroPolicy};
use super::verify::{DOCUMENT, VerifiedNitro};
use crate::claims::Claim;
use crate::digest::Sha384;
use crate::finding::compared::{Compared, Comparers, ruled_unless};
use crate::finding::{Check, Finding, LinkId, Value};
use crate::time::UnixTime;

/// How far a document's time may lie after the asked one, in seconds: clocks differ.
const CLOCK_SKEW: i64 = 300;

/// Appraises a verified document for the moment `now`. Whoever compares what the machine chose to
/// have signed compares the nonce: the other values have meanings of their own.
pub(crate) fn appraise(
    verified: &VerifiedNitro<'_>,
    policy: &NitroPolicy,
    compared: Comparers,
    now: UnixTime,
) -> Vec<Finding> {
    let document = verified.document();
    let by_policy = Compared::Policy;
    let mut findings = vec![
        time(verified, policy, now),
        chosen(&checks::NITRO_NONCE, policy.nonce.as_ref(), document.nonce, compared.data),
        debug(document, policy),
        image(document, policy),
    ];
    findings.extend(registers(document, policy));
    findings.extend([
        chosen(&checks::NITRO_USER_DATA, policy.user_data.as_ref(), document.user_data, by_policy),
        chosen(
            &checks::NITRO_PUBLIC_KEY,
            policy.public_key.as_ref(),
            document.public_key,
            by_policy,
        ),
    ]);
    findings
}

/// Every finding of this module for a document that is not verified: `by` is to blame.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// Whether the enclave runs in debug mode: then its measurements are all zero, and its console can
/// be read from outside (AWS Nitro Enclaves User Guide, "Debug mode").
pub(crate) fn is_debug(document: &Document<'_>) -> bool {
    pcr(document, 0).is_some_and(|pcr| is_zero(&pcr.value))
}

/// The claims of a verified document.
pub(crate) fn claims(verified: &VerifiedNitro<'_>) -> Vec<Claim> {
    let document = verified.document();
    let claim = |name, link, value| Claim { name, link, value, part: None };
    let mut claims = vec![
        claim("nitro.module-id", LinkId::Report, Value::text(document.module_id.value)),
        claim("nitro.made-at", LinkId::Report, verified.made_at().into()),
    ];
    for (name, number) in NAMED {
        if let Some(pcr) = pcr(document, number).filter(|pcr| !is_zero(&pcr.value)) {
            claims.push(claim(name, LinkId::Measurements, Value::hex(pcr.value)));
        }
    }
    for (name, link, value) in [
        ("nitro.nonce", LinkId::Report, document.nonce),
        ("nitro.user-data", LinkId::KeyBinding, document.user_data),
        ("nitro.public-key", LinkId::KeyBinding, document.public_key),
    ] {
        if let Some(value) = value {
            claims.push(claim(name, link, Value::hex(value.value)));
        }
    }
    claims
}

/// The registers that AWS defines: image file, kernel, application, role of the parent instance,
/// id of the parent instance, signer of the image file.
const NAMED: [(&str, u8); 6] = [
    ("nitro.pcr0", 0),
    ("nitro.pcr1", 1),
    ("nitro.pcr2", 2),
    ("nitro.pcr3", 3),
    ("nitro.pcr4", 4),
    ("nitro.pcr8", 8),
];

fn pcr(document: &Document<'_>, number: u8) -> Option<Located<[u8; 48]>> {
    document.pcrs.get(&number).copied()
}

fn is_zero(value: &[u8; 48]) -> bool {
    value.iter().all(|&byte| byte == 0)
}

/// AWS's own time, which is signed: it does not lie after the asked one, nor too far before. Where
/// the policy sets no age, nothing here says that the document is recent, and its own date alone
/// would let it count for ever.
fn time(verified: &VerifiedNitro<'_>, policy: &NitroPolicy, now: UnixTime) -> Finding {
    let check = &checks::NITRO_TIME;
    let made_at = verified.made_at();
    let age = now.0.saturating_sub(made_at.0);
    let finding = match policy.maximum_age_s.map(i64::from) {
        _ if age < -CLOCK_SKEW => Finding::fail(check, "not-yet-valid"),
        Some(most) => Finding::test(check, age <= most, "stale"),
        None => Finding::no_reference(check),
    };
    let at = verified.document().timestamp_ms.span;
    finding.expected(now).actual(made_at).within(DOCUMENT, at)
}

fn debug(document: &Document<'_>, policy: &NitroPolicy) -> Finding {
    let check = &checks::NITRO_DEBUG;
    let set = is_debug(document).then_some("set");
    let finding = ruled_unless(check, set, policy.debug).actual(set.unwrap_or("clear"));
    placed(finding, pcr(document, 0))
}

/// PCR0 is the digest of the whole image file; PCR1 and PCR2 together are of kernel and
/// application, and each alone names no image. Zero stands for no measurement, so it names nothing.
fn image(document: &Document<'_>, policy: &NitroPolicy) -> Finding {
    let check = &checks::NITRO_IMAGE;
    let stands = |number: u8| {
        let accepted = policy.pcrs.get(&number).filter(|accepted| !accepted.is_empty())?;
        let value = pcr(document, number)?.value;
        Some(accepted.contains(&Sha384(value)) && !is_zero(&value))
    };
    let finding = match (stands(0), stands(1), stands(2)) {
        (Some(false), ..) | (_, Some(false), _) | (.., Some(false)) => {
            Finding::fail(check, "not-listed")
        }
        (Some(true), ..) | (None, Some(true), Some(true)) => Finding::pass(check),
        (None, ..) => Finding::no_reference(check),
    };
    let value = pcr(document, 0).map(|pcr| Value::hex(pcr.value));
    match value {
        Some(value) => placed(finding.actual(value), pcr(document, 0)),
        None => finding,
    }
}

/// The registers that the policy names.
fn registers(document: &Document<'_>, policy: &NitroPolicy) -> Vec<Finding> {
    let check = &checks::NITRO_PCR;
    let named: Vec<_> = policy.pcrs.iter().filter(|(_, accepted)| !accepted.is_empty()).collect();
    if named.is_empty() {
        return vec![Finding::no_reference(check)];
    }
    named
        .into_iter()
        .map(|(number, accepted)| {
            let texts: Vec<String> = accepted.iter().map(Sha384::to_string).collect();
            let found = pcr(document, *number);
            let finding = match found {
                Some(pcr) => {
                    Finding::test(check, accepted.contains(&Sha384(pcr.value)), "not-listed")
                        .actual(Value::hex(pcr.value))
                }
                None => Finding::fail(check, "missing"),
            };
            placed(finding.part(format!("pcr{number}")).expected(texts.join(" or ")), found)
        })
        .collect()
}

/// A value that the enclave chose, against the one that the policy expects.
fn chosen(
    check: &'static Check,
    expected: Option<&HexBytes>,
    found: Option<Located<&[u8]>>,
    compared: Compared,
) -> Finding {
    let finding = match found {
        Some(found) => compared
            .with(check, expected, |expected| Finding::equal(check, &expected.0, found.value))
            .actual(Value::hex(found.value)),
        None => compared.with(check, expected, |expected| {
            Finding::fail(check, "missing").expected(Value::hex(&expected.0))
        }),
    };
    placed(finding, found)
}

fn placed<T>(finding: Finding, at: Option<Located<T>>) -> Finding {
    match at {
        Some(located) => finding.within(DOCUMENT, located.span),
        None => finding,
    }
}
