//! What a receipt that holds says, against the specification and the policy.

use super::checks;
use super::parse::{Event, Receipt};
use super::policy::AciPolicy;
use crate::digest::Sha256;
use crate::finding::{Check, Finding, Value, Why};

/// The findings about a receipt that holds.
pub(crate) fn receipt(receipt: &Receipt, policy: &AciPolicy) -> Vec<Finding> {
    vec![
        events(receipt),
        body(receipt, "request", "request.received", policy.request.as_ref()),
        body(receipt, "response", "response.returned", policy.response.as_ref()),
        upstream(receipt.event("upstream.verified")),
    ]
}

/// Every finding of this module for a receipt that does not hold: `by` is to blame.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    let body = |part: &'static str| Finding::blocked(&checks::ACI_BODY, by).part(part);
    vec![
        Finding::blocked(&checks::ACI_EVENTS, by),
        body("request"),
        body("response"),
        Finding::blocked(&checks::ACI_UPSTREAM, by),
    ]
}

/// The first event is what came in, and what went out is there (section 7.4).
fn events(receipt: &Receipt) -> Finding {
    let first = receipt.event_log.first().is_some_and(|event| event.kind == "request.received");
    let once = |kind: &str| receipt.event_log.iter().filter(|e| e.kind == kind).count() == 1;
    let holds = first && once("request.received") && once("response.returned");
    Finding::test(&checks::ACI_EVENTS, holds, "malformed")
}

/// A body's hash against the one that the policy names.
fn body(receipt: &Receipt, part: &'static str, kind: &str, expected: Option<&Sha256>) -> Finding {
    let check = &checks::ACI_BODY;
    let stated = receipt.event(kind).and_then(|event| event.body_hash.as_deref());
    let finding = match (expected, stated) {
        (None, _) => Finding::no_reference(check),
        (Some(_), None) => Finding::fail(check, "missing"),
        (Some(expected), Some(stated)) => {
            Finding::equal_text(check, &format!("sha256:{expected}"), stated)
        }
    };
    match stated {
        Some(stated) => finding.actual(Value::text(stated)),
        None => finding,
    }
    .part(part)
}

/// What the service says of the machine behind it.
fn upstream(event: Option<&Event>) -> Finding {
    let check = &checks::ACI_UPSTREAM;
    let Some(event) = event else { return Finding::unknown(check, Why::NotPublished) };
    match (event.result.as_deref(), event.required) {
        (Some("verified"), Some(true)) => Finding::warn(check, "asserted"),
        (Some("verified"), _) => Finding::warn(check, "not-required"),
        _ => Finding::fail(check, "failed"),
    }
}
