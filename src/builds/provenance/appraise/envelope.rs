//! What holds a statement whatever it says: of which types it is, who signed, and how long ago.

use super::listed;
use crate::builds::provenance::checks;
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore::parse::{PAYLOAD_TYPE, Statement};
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::finding::{Check, Finding, Why};
use crate::time::{DAY, UnixTime};

/// Types, signer and age of a bundle with a certificate.
pub(super) fn appraise(
    statement: &VerifiedStatement,
    policy: &ProvenancePolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let name = statement.identity().san().and_then(|name| name.text());
    let mut findings = types(statement.statement(), policy);
    findings.push(listed(&checks::PROVENANCE_IDENTITY, &policy.identities, name));
    findings.push(age(statement.signed_at().first().copied(), policy, now));
    findings
}

/// The types of the statement and of the payload that it was read from. An artifact that is signed
/// directly has neither.
pub(crate) fn types(statement: Option<&Statement>, policy: &ProvenancePolicy) -> Vec<Finding> {
    let of = |check: &'static Check, accepted: &[String], read: fn(&Statement) -> &'static str| {
        match statement {
            None => Finding::unknown(check, Why::NotApplicable),
            Some(statement) => listed(check, accepted, Some(read(statement))),
        }
    };
    vec![
        of(&checks::PROVENANCE_STATEMENT_TYPE, &policy.statement_types, |said| said.kind().uri()),
        // Nothing under another payload type is read as a statement.
        of(&checks::PROVENANCE_PAYLOAD_TYPE, &policy.payload_types, |_| PAYLOAD_TYPE),
    ]
}

/// How long before `now` the signature was seen first: a later log entry makes no build newer.
fn age(signed_at: Option<UnixTime>, policy: &ProvenancePolicy, now: UnixTime) -> Finding {
    let check = &checks::PROVENANCE_AGE;
    let (days, seen) = match (policy.maximum_age_days, signed_at) {
        (Some(days), Some(seen)) => (days, seen),
        (Some(_), None) => return Finding::fail(check, "missing"),
        (None, Some(seen)) => return Finding::no_reference(check).actual(seen),
        (None, None) => return Finding::unknown(check, Why::NotPublished),
    };
    let oldest = UnixTime(now.0.saturating_sub(i64::from(days).saturating_mul(DAY)));
    Finding::test(check, seen.0 >= oldest.0, "too-old").expected(oldest).actual(seen)
}
