//! SEV-SNP reports against a policy (steps S10 to S22).

mod claims;
mod guest;
mod platform;
mod tcb;

use super::checks;
use super::policy::SnpPolicy;
use super::verify::VerifiedSnp;
use crate::finding::compared::{Comparers, ruled};
use crate::finding::{Check, Finding};
use crate::formats::snp::parse::place::{self, REPORT};
use crate::time::UnixTime;

pub(crate) use claims::claims;

/// Appraises a verified report for the moment `now`.
pub(crate) fn appraise(
    verified: &VerifiedSnp<'_>,
    policy: &SnpPolicy,
    compared: Comparers,
    now: UnixTime,
) -> Vec<Finding> {
    let mut findings = vec![reserved(verified, policy)];
    findings.extend(tcb::appraise(verified, policy, now));
    findings.extend(guest::policy(verified.report(), policy));
    findings.extend(platform::appraise(verified.report(), policy));
    findings.extend(guest::identity(verified.report(), policy, compared));
    findings
}

/// Every finding of this module for a report that is not verified: `by` is to blame.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// S1: bytes that the specification reserves.
fn reserved(verified: &VerifiedSnp<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_REPORT_RESERVED;
    let report = verified.report();
    let tcbs = [report.current_tcb, report.reported_tcb, report.committed_tcb, report.launch_tcb];
    let tcb_well = tcbs.iter().all(|tcb| tcb.reserved_is_zero(verified.product()));
    match report.reserved_not_zero() {
        Some(span) => ruled(check, policy.reserved, "set").within(REPORT, span),
        None if !report.key_info.reserved_is_zero() => {
            ruled(check, policy.reserved, "set").within(REPORT, place::KEY_INFO)
        }
        None if !tcb_well => ruled(check, policy.reserved, "set"),
        None => Finding::pass(check),
    }
}
