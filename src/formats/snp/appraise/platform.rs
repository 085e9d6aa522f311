//! S14: what the platform says about itself.

use super::{REPORT, ruled};
use crate::finding::compared::wished;
use crate::finding::{Finding, Rule, Value};
use crate::formats::snp::checks;
use crate::formats::snp::parse::{Bit, PLATFORM_INFO, Report, place};
use crate::formats::snp::policy::SnpPolicy;

pub(super) fn appraise(report: &Report<'_>, policy: &SnpPolicy) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        PLATFORM_INFO.iter().map(|bit| platform_bit(report, policy, bit)).collect();
    let check = &checks::SNP_PLATFORM_RESERVED;
    let finding = if report.platform_info.reserved_is_zero() {
        Finding::pass(check)
    } else {
        ruled(check, policy.reserved, "set")
    };
    findings.push(
        finding
            .actual(Value::text(format!("0x{:x}", report.platform_info.0)))
            .within(REPORT, place::PLATFORM_INFO),
    );
    findings
}

/// One bit, against the policy and against what the guest asked for at launch.
fn platform_bit(report: &Report<'_>, policy: &SnpPolicy, bit: &Bit) -> Finding {
    /// Guest policy bits that ask something of the platform.
    const SMT_ALLOWED: u32 = 16;
    const RAPL_DISABLED: u32 = 23;
    const CIPHERTEXT_HIDING: u32 = 24;
    let check = bit.check;
    let set = report.platform_info.bit(bit.position);
    let wanted = |rule: Option<Rule>| match set {
        true => Finding::pass(check),
        false => wished(check, rule, "clear"),
    };
    let promised = |position: u32| report.policy.bit(position) && !set;
    let finding = match bit.position {
        0 if set && !report.policy.bit(SMT_ALLOWED) => Finding::fail(check, "disagree"),
        0 if set => wished(check, policy.smt, "set"),
        3 if promised(RAPL_DISABLED) => Finding::fail(check, "disagree"),
        4 if promised(CIPHERTEXT_HIDING) => Finding::fail(check, "disagree"),
        1 => wanted(policy.without_tsme),
        2 => wanted(policy.without_ecc),
        3 => wanted(policy.without_rapl_disabled),
        4 => wanted(policy.without_ciphertext_hiding),
        5 => wanted(Some(policy.without_alias_check)),
        6 => wanted(policy.without_iommu_write_safe),
        7 if set => wished(check, policy.tio, "set"),
        _ => Finding::pass(check),
    };
    finding.actual(if set { "set" } else { "clear" }).within(REPORT, place::PLATFORM_INFO)
}
