//! SGX and TDX quotes against a policy (steps T29 to T40).

mod claims;
mod enclave;
mod tcb;
mod td;

use super::checks;
use super::parse::{Body, Quote, Tee, place};
use super::policy::{DcapPolicy, Octets};
use super::verify::VerifiedQuote;
use crate::digest::{Sha384, Sha512};
use crate::finding::compared::{Compared, Comparers, ruled, wished};
use crate::finding::{Check, Finding, Value};
use crate::time::UnixTime;

pub(crate) use claims::claims;

/// The evidence id under which the quote is shown.
pub(crate) const QUOTE: &str = "quote";

/// Appraises a verified quote for the moment `now`.
pub(crate) fn appraise(
    verified: &VerifiedQuote<'_>,
    policy: &DcapPolicy,
    compared: Comparers,
    now: UnixTime,
) -> Vec<Finding> {
    let mut findings = quote(verified.quote(), policy, compared);
    findings.extend(tcb::appraise(verified, policy, now));
    findings
}

/// Every finding of this module for a quote of `tee` that is not verified: `by` is to blame.
pub(crate) fn blocked(tee: Tee, by: &'static Check) -> Vec<Finding> {
    let own = match tee {
        Tee::Sgx => &checks::ENCLAVE[..],
        Tee::Tdx => &checks::TD[..],
    };
    checks::SHARED.iter().chain(own).map(|check| Finding::blocked(check, by)).collect()
}

/// What the quote itself says, without its firmware's standing.
fn quote(quote: &Quote<'_>, policy: &DcapPolicy, compared: Comparers) -> Vec<Finding> {
    let mut findings = vec![vendor(quote), qe_vendor(quote, policy), trailing(quote, policy)];
    findings.extend(match &quote.body {
        Body::Enclave(report) => enclave::appraise(report, quote.body_span, &policy.sgx),
        Body::Td(report) => td::appraise(report, quote.body_span, &policy.tdx, compared.software),
    });
    findings.push(report_data(quote, policy, compared.data));
    findings
}

/// T3: Intel made the quoting enclave.
fn vendor(quote: &Quote<'_>) -> Finding {
    Finding::equal(&checks::DCAP_QUOTE_VENDOR, &Quote::INTEL, &quote.vendor_id).at(QUOTE, 12, 16)
}

/// T3: the policy names the maker of the quoting enclave.
fn qe_vendor(quote: &Quote<'_>, policy: &DcapPolicy) -> Finding {
    listed(&checks::DCAP_POLICY_QE_VENDOR, &policy.qe_vendors, &Octets(quote.vendor_id))
        .at(QUOTE, 12, 16)
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
    finding.actual(format!("{} bytes, {content}", span.len)).within(QUOTE, span)
}

/// T39.
fn report_data(quote: &Quote<'_>, policy: &DcapPolicy, compared: Compared) -> Finding {
    let check = &checks::DCAP_REPORT_DATA;
    let actual = quote.body.report_data();
    let field = match quote.tee {
        Tee::Sgx => place::enclave::REPORT_DATA,
        Tee::Tdx => place::td::REPORT_DATA,
    };
    let equal = |expected: Sha512| Finding::equal(check, &expected.0, actual);
    let finding = compared.with(check, policy.report_data, equal).actual(Value::hex(actual));
    finding.within(QUOTE, place::within(quote.body_span, field))
}

/// A value against those that a policy lists; an empty list expects nothing.
fn listed<T: PartialEq + std::fmt::Display>(
    check: &'static Check,
    accepted: &[T],
    actual: &T,
) -> Finding {
    let accepted_texts: Vec<String> = accepted.iter().map(T::to_string).collect();
    match accepted {
        [] => Finding::no_reference(check),
        _ => Finding::test(check, accepted.contains(actual), "not-listed")
            .expected(accepted_texts.join(" or ")),
    }
    .actual(Value::Hex(actual.to_string()))
}

fn is_zero(digest: &Sha384) -> bool {
    digest.0.iter().all(|&byte| byte == 0)
}
