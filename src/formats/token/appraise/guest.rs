//! What Intel Trust Authority says of a TDX guest and its platform.

use serde_json::Value as Json;

use crate::finding::{Finding, Why};
use crate::formats::intel::parse::collateral::TcbStatus;
use crate::formats::token::checks;
use crate::formats::token::parse::Token;
use crate::formats::token::policy::TokenPolicy;

/// Members that are true when the host can read the guest's memory.
const DEBUG: [&str; 2] = ["tdx_is_debuggable", "tdx_td_attributes_debug"];

pub(super) fn appraise(token: &Token<'_>, policy: &TokenPolicy) -> Vec<Finding> {
    vec![tcb(token, policy), guest_debug(token)]
}

/// Whether a member says that the host can read the guest's memory.
pub(crate) fn may_be_debugged(token: &Token<'_>) -> bool {
    let mut stated = DEBUG.iter().flat_map(|name| token.stated(name));
    stated.any(|value| *value != Json::Bool(false))
}

/// Every status that is stated has to be accepted. Google's own is of the day on which it began to
/// roll its firmware out.
fn tcb(token: &Token<'_>, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_TCB;
    let now = token.stated("attester_tcb_status");
    let rollout = token.stated("gcp_attester_tcb_status");
    let all: Vec<&str> =
        now.iter().chain(&rollout).map(|status| status.as_str().unwrap_or_default()).collect();
    let advisories: Vec<&str> = token
        .stated("attester_advisory_ids")
        .into_iter()
        .filter_map(Json::as_array)
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let is_accepted = |status: &&str| policy.tcb_statuses.iter().any(|known| known == *status);
    let is_current = |status: &&str| *status == TcbStatus::UpToDate.word();
    let finding = if all.is_empty() {
        Finding::fail(check, "missing")
    } else if !all.iter().all(is_accepted) {
        Finding::fail(check, "not-accepted")
    } else if !all.iter().all(is_current) {
        Finding::allowed(check, "not-up-to-date")
    } else if !advisories.is_empty() {
        Finding::warn(check, "advisories")
    } else if now.is_empty() {
        Finding::warn(check, "at-rollout")
    } else {
        Finding::pass(check)
    };
    let actual: Vec<&str> = all.into_iter().chain(advisories).collect();
    finding.expected(policy.tcb_statuses.join(" or ")).actual(actual.join(", "))
}

/// A member that is there has to say `false`; `dbgstat` has to agree, whose values begin so when
/// debugging is off (RFC 9711 section 4.2.9).
fn guest_debug(token: &Token<'_>) -> Finding {
    let check = &checks::TOKEN_GUEST_DEBUG;
    let status = token.stated("dbgstat");
    let is_off = |status: &&Json| status.as_str().is_some_and(|s| s.starts_with("disabled"));
    let is_stated = DEBUG.iter().any(|name| !token.stated(name).is_empty());
    // In Confidential Space `dbgstat` is about the image.
    let is_image = token.claims.software.is_some();
    if may_be_debugged(token) || !status.iter().all(is_off) {
        Finding::fail(check, "set")
    } else if is_stated || (!is_image && !status.is_empty()) {
        Finding::pass(check)
    } else if is_image {
        Finding::unknown(check, Why::NotPublished)
    } else {
        Finding::fail(check, "missing")
    }
}
