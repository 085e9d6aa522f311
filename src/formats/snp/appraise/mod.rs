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
use crate::time::UnixTime;

pub(crate) use claims::claims;

/// The evidence id under which the report is shown.
const REPORT: &str = "snp-report";

/// Every check of this module, in the order of the checklist.
pub(crate) static CHECKS: &[&Check] = &[
    &checks::SNP_REPORT_RESERVED,
    &checks::SNP_PRODUCT_STANDING,
    &checks::SNP_TCB_ORDER,
    &checks::SNP_TCB_PROVISIONAL,
    &checks::SNP_TCB_MINIMUM,
    &checks::SNP_FIRMWARE_MINIMUM,
    &checks::SNP_POLICY_DEBUG,
    &checks::SNP_POLICY_MIGRATION,
    &checks::SNP_POLICY_ABI,
    &checks::SNP_POLICY_SMT,
    &checks::SNP_POLICY_SINGLE_SOCKET,
    &checks::SNP_POLICY_CXL,
    &checks::SNP_POLICY_AES_XTS,
    &checks::SNP_POLICY_RAPL,
    &checks::SNP_POLICY_CIPHERTEXT_HIDING,
    &checks::SNP_POLICY_PAGE_SWAP,
    &checks::SNP_POLICY_RESERVED,
    &checks::SNP_PLATFORM_SMT,
    &checks::SNP_PLATFORM_TSME,
    &checks::SNP_PLATFORM_ECC,
    &checks::SNP_PLATFORM_RAPL,
    &checks::SNP_PLATFORM_CIPHERTEXT_HIDING,
    &checks::SNP_PLATFORM_ALIAS_CHECK,
    &checks::SNP_PLATFORM_IOMMU_WRITE_SAFE,
    &checks::SNP_PLATFORM_TIO,
    &checks::SNP_PLATFORM_RESERVED,
    &checks::SNP_VMPL,
    &checks::SNP_GUEST_SVN,
    &checks::SNP_FAMILY_ID,
    &checks::SNP_IMAGE_ID,
    &checks::SNP_ID_KEY,
    &checks::SNP_AUTHOR_KEY,
    &checks::SNP_MEASUREMENT,
    &checks::SNP_HOST_DATA,
    &checks::SNP_REPORT_DATA,
    &checks::SNP_MIGRATION_REPORT,
    &checks::SNP_MITIGATIONS,
];

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
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    CHECKS.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// S1: bytes that the specification reserves.
fn reserved(verified: &VerifiedSnp<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_REPORT_RESERVED;
    let report = verified.report();
    let tcbs = [report.current_tcb, report.reported_tcb, report.committed_tcb, report.launch_tcb];
    let tcb_well = tcbs.iter().all(|tcb| tcb.reserved_is_zero(verified.product()));
    match report.reserved_not_zero() {
        Some(span) => ruled(check, policy.reserved, "set").at(REPORT, span.start, span.len),
        None if !report.key_info.reserved_is_zero() => {
            ruled(check, policy.reserved, "set").at(REPORT, 0x48, 4)
        }
        None if !tcb_well => ruled(check, policy.reserved, "set"),
        None => Finding::pass(check),
    }
}
