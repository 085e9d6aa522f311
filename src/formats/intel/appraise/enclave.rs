//! T30: the rules and the identity of an SGX enclave.

use super::{QUOTE, listed, ruled};
use crate::finding::{Finding, Rule, Value};
use crate::formats::intel::checks;
use crate::formats::intel::parse::EnclaveReport;
use crate::formats::intel::parse::bits::{SGX_FLAGS, XFRM, unnamed};
use crate::formats::intel::parse::place::{self, enclave};
use crate::formats::intel::policy::{Octets, SgxPolicy};
use crate::span::Span;

/// Flags of ATTRIBUTES.
const INIT: u64 = 1;
const DEBUG: u64 = 1 << 1;
const PROVISION_KEY: u64 = 1 << 4;
/// XFRM bits that must be one: x87 and SSE.
const XFRM_ONE: u64 = 0x3;
/// MISCSELECT: EXINFO, CPINFO.
const MISC_NAMED: u32 = 0b11;

pub(super) fn appraise(report: &EnclaveReport, body: Span, policy: &SgxPolicy) -> Vec<Finding> {
    let flags = report.flags();
    let at = |finding: Finding, field| finding.within(QUOTE, place::within(body, field));
    let bit = |check, mask: u64, wanted: bool, rule: Rule| {
        let set = flags & mask != 0;
        let finding = match set == wanted {
            true => Finding::pass(check),
            false => ruled(check, rule, if set { "set" } else { "clear" }),
        };
        at(finding.actual(if set { "set" } else { "clear" }), enclave::FLAGS)
    };
    vec![
        bit(&checks::SGX_DEBUG, DEBUG, false, policy.debug),
        bit(&checks::SGX_INIT, INIT, true, Rule::Deny),
        bit(&checks::SGX_PROVISION_KEY, PROVISION_KEY, false, policy.provision_key),
        at(xfrm(report, policy), enclave::XFRM),
        reserved(report, policy),
        at(
            listed(&checks::SGX_MRENCLAVE, &policy.mr_enclave, &report.mr_enclave),
            enclave::MR_ENCLAVE,
        ),
        at(listed(&checks::SGX_MRSIGNER, &policy.mr_signer, &report.mr_signer), enclave::MR_SIGNER),
        at(product(report, policy), enclave::ISV_PROD_ID),
        at(svn(report, policy), enclave::ISV_SVN),
        at(config_id(report, policy), enclave::CONFIG_ID),
    ]
}

fn reserved(report: &EnclaveReport, policy: &SgxPolicy) -> Finding {
    let check = &checks::SGX_RESERVED;
    let zero = report.reserved_is_zero()
        && unnamed(SGX_FLAGS, report.flags()) == 0
        && report.misc_select & !MISC_NAMED == 0;
    if zero { Finding::pass(check) } else { ruled(check, policy.reserved, "set") }
}

/// Which processor state the enclave may use. The processor loads no enclave without x87 and SSE.
fn xfrm(report: &EnclaveReport, policy: &SgxPolicy) -> Finding {
    let check = &checks::SGX_XFRM;
    let bits = report.xfrm();
    let accepted: Vec<String> = policy.xfrm.iter().map(Octets::to_string).collect();
    let finding = if bits & XFRM_ONE != XFRM_ONE {
        Finding::fail(check, "clear")
    } else if !policy.xfrm.is_empty() {
        Finding::test(check, policy.xfrm.contains(&Octets(bits.to_le_bytes())), "not-listed")
            .expected(accepted.join(" or "))
    } else if unnamed(XFRM, bits) != 0 {
        ruled(check, policy.reserved, "set")
    } else {
        Finding::pass(check)
    };
    finding.actual(Value::hex(bits.to_le_bytes()))
}

fn product(report: &EnclaveReport, policy: &SgxPolicy) -> Finding {
    let check = &checks::SGX_PRODUCT;
    match policy.isv_prod_id {
        Some(expected) => Finding::test(check, report.isv_prod_id == expected, "not-equal")
            .expected(Value::number(expected)),
        None => Finding::no_reference(check),
    }
    .actual(Value::number(report.isv_prod_id))
}

fn svn(report: &EnclaveReport, policy: &SgxPolicy) -> Finding {
    let check = &checks::SGX_SVN;
    match policy.minimum_isv_svn {
        Some(minimum) => Finding::test(check, report.isv_svn >= minimum, "below-minimum")
            .expected(format!("at least {minimum}")),
        None => Finding::no_reference(check),
    }
    .actual(Value::number(report.isv_svn))
}

fn config_id(report: &EnclaveReport, policy: &SgxPolicy) -> Finding {
    let check = &checks::SGX_CONFIG_ID;
    match policy.config_id {
        Some(expected) => Finding::equal(check, &expected.0, &report.config_id),
        None => Finding::no_reference(check).actual(Value::hex(report.config_id)),
    }
}
