//! SGX and TDX quotes against a policy (steps T29 to T40).

mod claims;
mod enclave;
mod tcb;
mod td;

use crate::digest::Sha384;
use crate::evidence::dcap::{Body, Quote, Tee};
use crate::finding::{Check, Finding, Value, Why, checks};
use crate::policy::{DcapPolicy, Rule};
use crate::time::UnixTime;
use crate::verify::dcap::VerifiedQuote;

pub use claims::claims;

/// The evidence id under which the quote is shown.
const QUOTE: &str = "quote";

/// The checks of this module about any quote.
static SHARED: &[&Check] = &[
    &checks::DCAP_QUOTE_VENDOR,
    &checks::DCAP_QUOTE_TRAILING,
    &checks::DCAP_POLICY_STATUS,
    &checks::DCAP_POLICY_EVALUATION,
    &checks::DCAP_POLICY_PLATFORM,
    &checks::DCAP_REPORT_DATA,
];

/// Appraises a verified quote for the moment `now`.
pub fn appraise(verified: &VerifiedQuote<'_>, policy: &DcapPolicy, now: UnixTime) -> Vec<Finding> {
    let mut findings = quote(verified.quote(), policy);
    findings.extend(tcb::appraise(verified, policy, now));
    findings
}

/// Every finding of this module for a quote of `tee` that is not verified: `by` is to blame.
pub fn blocked(tee: Tee, by: &'static Check) -> Vec<Finding> {
    let own = match tee {
        Tee::Sgx => enclave::CHECKS,
        Tee::Tdx => td::CHECKS,
    };
    SHARED.iter().chain(own).map(|check| Finding::blocked(check, by)).collect()
}

/// What the quote itself says, without its firmware's standing.
fn quote(quote: &Quote<'_>, policy: &DcapPolicy) -> Vec<Finding> {
    let mut findings = vec![vendor(quote), trailing(quote, policy)];
    findings.extend(match &quote.body {
        Body::Enclave(report) => enclave::appraise(report, quote.body_span, &policy.sgx),
        Body::Td(report) => td::appraise(report, quote.body_span, &policy.tdx),
    });
    findings.push(report_data(quote, policy));
    findings
}

/// T3: Intel made the quoting enclave.
fn vendor(quote: &Quote<'_>) -> Finding {
    Finding::equal(&checks::DCAP_QUOTE_VENDOR, &Quote::INTEL, &quote.vendor_id).at(QUOTE, 12, 16)
}

/// T4: padding after the quote is not signed by anyone.
fn trailing(quote: &Quote<'_>, policy: &DcapPolicy) -> Finding {
    let check = &checks::DCAP_QUOTE_TRAILING;
    let span = quote.trailing;
    let padding = span.of(quote.bytes).unwrap_or_default().iter().all(|&byte| byte == 0);
    let (finding, content) = match (span.len, padding) {
        (0, _) => return Finding::pass(check).actual("none"),
        (_, true) => (Finding::pass(check), "zero"),
        (_, false) => (ruled(check, policy.trailing, "not-signed"), "not zero"),
    };
    finding.actual(format!("{} bytes, {content}", span.len)).at(QUOTE, span.start, span.len)
}

/// T39.
fn report_data(quote: &Quote<'_>, policy: &DcapPolicy) -> Finding {
    let check = &checks::DCAP_REPORT_DATA;
    let actual = quote.body.report_data();
    let start = match quote.tee {
        Tee::Sgx => 320_usize,
        Tee::Tdx => 520,
    };
    match policy.report_data {
        Some(expected) => Finding::equal(check, &expected.0, actual),
        None => Finding::unknown(check, Why::NotPublished).actual(Value::hex(actual)),
    }
    .at(QUOTE, quote.body_span.start.saturating_add(start), 64)
}

/// What a rule makes of a property that is not as a reader would want it.
fn ruled(check: &'static Check, rule: Rule, reason: &'static str) -> Finding {
    match rule {
        Rule::Deny => Finding::fail(check, reason),
        Rule::Warn => Finding::warn(check, reason),
        Rule::Allow => Finding::pass(check),
    }
}

/// A check that a policy has no expectation for: the value is shown and lowers nothing.
fn shown(check: &'static Check) -> Finding {
    Finding::unknown(check, Why::NotApplicable)
}

/// A value against those that a policy lists; an empty list expects nothing.
fn listed<T: PartialEq + std::fmt::Display>(
    check: &'static Check,
    accepted: &[T],
    actual: &T,
) -> Finding {
    let accepted_texts: Vec<String> = accepted.iter().map(T::to_string).collect();
    match accepted {
        [] => shown(check),
        _ => Finding::test(check, accepted.contains(actual), "not-listed")
            .expected(accepted_texts.join(" or ")),
    }
    .actual(Value::Hex(actual.to_string()))
}

fn is_zero(digest: &Sha384) -> bool {
    digest.0.iter().all(|&byte| byte == 0)
}
