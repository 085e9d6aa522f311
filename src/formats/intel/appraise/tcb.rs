//! T14, T29 and T40: Intel's word on the firmware, and which platform it is.

use super::listed;
use crate::finding::compared::ruled;
use crate::finding::{Finding, Rule, Value};
use crate::formats::intel::checks;
use crate::formats::intel::parse::collateral::TcbStatus;
use crate::formats::intel::policy::{DcapPolicy, Octets, TcbRules};
use crate::formats::intel::verify::{TcbStanding, VerifiedQuote};
use crate::hex;
use crate::time::{DAY, UnixTime};

pub(super) fn appraise(
    verified: &VerifiedQuote<'_>,
    policy: &DcapPolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let mut findings = match verified.standing() {
        Ok(standing) => {
            vec![status(standing, &policy.tcb, now), evaluation(standing, policy)]
        }
        Err(by) => [&checks::DCAP_POLICY_STATUS, &checks::DCAP_POLICY_EVALUATION]
            .map(|check| Finding::blocked(check, by))
            .to_vec(),
    };
    findings.push(listed(&checks::DCAP_POLICY_FMSPC, &policy.fmspcs, &Octets(*verified.fmspc())));
    findings.push(platform(verified, policy));
    findings
}

/// T29: UpToDate passes, Revoked fails, and the policy decides about the rest.
fn status(standing: &TcbStanding, rules: &TcbRules, now: UnixTime) -> Finding {
    let check = &checks::DCAP_POLICY_STATUS;
    let (rule, reason) = match standing.status {
        TcbStatus::UpToDate => return placed(Finding::pass(check), standing),
        TcbStatus::SwHardeningNeeded => (rules.sw_hardening_needed, "hardening"),
        TcbStatus::ConfigurationNeeded => (rules.configuration_needed, "configuration"),
        TcbStatus::ConfigurationAndSwHardeningNeeded => {
            (rules.configuration_and_sw_hardening_needed, "configuration")
        }
        TcbStatus::RelaunchAdvised => (rules.relaunch_advised, "relaunch"),
        TcbStatus::RelaunchAdvisedConfigurationNeeded => {
            (rules.relaunch_advised_configuration_needed, "relaunch")
        }
        TcbStatus::OutOfDate => (rules.out_of_date, "out-of-date"),
        TcbStatus::OutOfDateConfigurationNeeded => {
            (rules.out_of_date_configuration_needed, "out-of-date")
        }
        TcbStatus::Revoked => (Rule::Deny, "revoked"),
    };
    let grace = i64::from(rules.grace_days).saturating_mul(DAY);
    let within = now.0 <= standing.date.0.saturating_add(grace);
    let finding = if rule == Rule::Deny && reason == "out-of-date" && within {
        Finding::warn(check, "grace")
    } else {
        ruled(check, rule, reason)
    };
    placed(finding, standing)
}

fn placed(finding: Finding, standing: &TcbStanding) -> Finding {
    finding.expected(TcbStatus::UpToDate.word()).actual(standing.status.word())
}

/// T14: the lower number of Intel's two statements.
fn evaluation(standing: &TcbStanding, policy: &DcapPolicy) -> Finding {
    let check = &checks::DCAP_POLICY_EVALUATION;
    let actual = standing.evaluation_number;
    match policy.minimum_evaluation_number {
        Some(minimum) => Finding::test(check, actual >= minimum, "below-minimum")
            .expected(format!("at least {minimum}")),
        None => Finding::no_reference(check),
    }
    .actual(Value::number(actual))
}

/// T40: no signature shows who holds a machine; a policy can name platforms.
fn platform(verified: &VerifiedQuote<'_>, policy: &DcapPolicy) -> Finding {
    let check = &checks::DCAP_POLICY_PLATFORM;
    let ppid = hex::encode(verified.ppid());
    let finding = match policy.platforms.as_slice() {
        [] => Finding::no_reference(check),
        accepted => {
            let known = accepted.iter().any(|known| known.eq_ignore_ascii_case(&ppid));
            Finding::test(check, known, "not-listed").expected(accepted.join(" or "))
        }
    };
    finding.actual(Value::Hex(ppid))
}
