//! What a signature over one response is about, against the policy.

use super::checks;
use super::parse::Signed;
use super::policy::NearPolicy;
use crate::digest::Sha256;
use crate::finding::{Check, Finding, Value};

/// The findings about a signature that holds.
pub(crate) fn bodies(signed: &Signed, policy: &NearPolicy) -> [Finding; 2] {
    [
        body("request", &signed.request, policy.request.as_ref()),
        body("response", &signed.response, policy.response.as_ref()),
    ]
}

/// Every finding of this module for a signature that does not hold: `by` is to blame.
pub(crate) fn blocked(by: &'static Check) -> [Finding; 2] {
    ["request", "response"].map(|part| Finding::blocked(&checks::NEAR_BODY, by).part(part))
}

fn body(part: &'static str, stated: &Sha256, expected: Option<&Sha256>) -> Finding {
    let check = &checks::NEAR_BODY;
    let finding = match expected {
        None => Finding::no_reference(check).actual(Value::hex(stated.0)),
        Some(expected) => Finding::equal(check, &expected.0, &stated.0),
    };
    finding.part(part)
}
