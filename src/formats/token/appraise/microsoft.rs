//! What Microsoft Azure Attestation says about a confidential machine (Microsoft, "Claims sets" of
//! Azure Attestation). Anyone can run an instance of the service, with rules of their own: which
//! instance spoke is the policy's to say.

use serde_json::Value as Json;

use super::super::checks;
use super::super::parse::Token;
use super::super::policy::TokenPolicy;
use super::listed;
use crate::finding::{Check, Finding};

/// Members that say whether the host can read the guest's memory.
const DEBUG: [&str; 3] =
    ["x-ms-sevsnpvm-is-debuggable", "x-ms-sgx-is-debuggable", "tdx_td_attributes_debug"];

/// Where a token about a machine on Azure has what is said of the processor.
const PROCESSOR: &str = "x-ms-isolation-tee";

pub(super) fn appraise(token: &Token<'_>, policy: &TokenPolicy) -> Vec<Finding> {
    let compliance = one(token, "x-ms-compliance-status");
    vec![
        instance(token, policy),
        listed(&checks::TOKEN_COMPLIANCE, &policy.compliance, compliance),
        debug(token),
    ]
}

/// The kind of hardware, as it is said of the processor where something is said of one.
pub(super) fn hardware<'t>(token: &'t Token<'_>) -> Option<&'t str> {
    one(token, "x-ms-attestation-type")
}

/// Whether only signed software may boot.
pub(super) fn secure_boot(token: &Token<'_>) -> Option<bool> {
    token.members.get("secureboot").and_then(Json::as_bool)
}

/// What the asker chose.
pub(super) fn nonces<'t>(token: &'t Token<'_>) -> Vec<&'t str> {
    let Some(runtime) = token.members.get("x-ms-runtime") else { return Vec::new() };
    let places = [Some(runtime), runtime.get("client-payload")];
    places.into_iter().flatten().filter_map(|place| place.get("nonce")?.as_str()).collect()
}

/// Whether a member says that the host can read the guest's memory.
pub(crate) fn may_be_debugged(token: &Token<'_>) -> bool {
    let mut said = DEBUG.iter().flat_map(|name| stated(token, name));
    said.any(|value| *value != Json::Bool(false))
}

/// Every value of a member: at the top, and what is said of the processor.
fn stated<'t>(token: &'t Token<'_>, name: &str) -> Vec<&'t Json> {
    let places = [token.members.get(PROCESSOR), Some(&token.members)];
    let values = places.into_iter().flatten().filter_map(|place| place.get(name));
    values.filter(|value| !value.is_null()).collect()
}

/// What is said of the processor, or else at the top.
fn one<'t>(token: &'t Token<'_>, name: &str) -> Option<&'t str> {
    let place = token.members.get(PROCESSOR).unwrap_or(&token.members);
    place.get(name).and_then(Json::as_str)
}

fn instance(token: &Token<'_>, policy: &TokenPolicy) -> Finding {
    let check = &checks::TOKEN_INSTANCE;
    let own = token.claims.issuer.trim_end_matches('/');
    let is_own = |accepted: &String| accepted.trim_end_matches('/') == own;
    match policy.instances.as_slice() {
        [] => Finding::no_reference(check),
        accepted => Finding::test(check, accepted.iter().any(is_own), "not-equal")
            .expected(accepted.join(" or ")),
    }
    .actual(own)
}

/// A member that is there has to say `false`, and `dbgstat` has to agree.
fn debug(token: &Token<'_>) -> Finding {
    let check: &'static Check = &checks::TOKEN_MACHINE_DEBUG;
    let status = stated(token, "dbgstat");
    let is_off = |status: &&Json| status.as_str().is_some_and(|s| s.starts_with("disabled"));
    let is_stated = DEBUG.iter().any(|name| !stated(token, name).is_empty());
    if may_be_debugged(token) || !status.iter().all(is_off) {
        Finding::fail(check, "set")
    } else if is_stated || !status.is_empty() {
        Finding::pass(check)
    } else {
        Finding::fail(check, "missing")
    }
}
