//! A verified envelope against a policy.

use super::checks;
use super::parse::Envelope;
use super::policy::CvmPolicy;
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value};

/// The question and the key that the policy names.
pub(crate) fn appraise(envelope: &Envelope, policy: &CvmPolicy) -> Vec<Finding> {
    let key = envelope.binding.key.as_ref().map(|key| key.value.0.as_slice());
    let nonce = Some(envelope.nonce.as_slice());
    vec![
        named(&checks::CVM_NONCE, policy.nonce.as_deref(), nonce),
        named(&checks::CVM_KEY, policy.key.as_deref(), key),
    ]
}

fn named(check: &'static Check, expected: Option<&str>, own: Option<&[u8]>) -> Finding {
    match (expected.map(hex::decode), own) {
        (None, own) => own.map_or_else(
            || Finding::no_reference(check),
            |own| Finding::no_reference(check).actual(Value::hex(own)),
        ),
        (Some(Err(_)), _) => Finding::fail(check, "malformed"),
        (Some(Ok(_)), None) => Finding::fail(check, "missing"),
        (Some(Ok(expected)), Some(own)) => Finding::equal(check, &expected, own),
    }
}

/// The findings when question and key are not shown to be bound.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// Question and key, where they are bound.
pub(crate) fn claims(envelope: &Envelope) -> Vec<Claim> {
    let claim = |name, value| Claim { name, value, link: LinkId::KeyBinding, part: None };
    let mut claims = vec![claim("cvm.nonce", Value::hex(&envelope.nonce))];
    if let Some(key) = &envelope.binding.key {
        claims.push(claim("cvm.key-kind", Value::text(key.kind.as_str())));
        claims.push(claim("cvm.key", Value::hex(&key.value.0)));
    }
    claims
}
