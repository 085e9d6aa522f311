//! S13 and S15 to S21: the rules and the identity of the guest.

use super::REPORT;
use crate::digest::{Sha384, Sha512};
use crate::finding::compared::{Compared, Comparers, ruled, wished};
use crate::finding::{Check, Finding, Value};
use crate::formats::snp::checks;
use crate::formats::snp::parse::{Bit, Firmware, GUEST_POLICY, Report, place};
use crate::formats::snp::policy::{AbiVersion, SnpPolicy};
use crate::hex;
use crate::span::Span;

/// The guest policy's reserved bit that must be one.
const MUST_BE_ONE: u32 = 17;

/// S13.
pub(super) fn policy(report: &Report<'_>, policy: &SnpPolicy) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        GUEST_POLICY.iter().map(|bit| policy_bit(report, policy, bit)).collect();
    findings.push(abi(report, policy));
    let check = &checks::SNP_POLICY_RESERVED;
    let finding = if report.policy.reserved_is_well() {
        Finding::pass(check)
    } else {
        let reason = if report.policy.bit(MUST_BE_ONE) { "set" } else { "clear" };
        ruled(check, policy.reserved, reason)
    };
    findings.push(finding.actual(format!("0x{:x}", report.policy.0)).within(REPORT, place::POLICY));
    findings
}

fn policy_bit(report: &Report<'_>, policy: &SnpPolicy, bit: &Bit) -> Finding {
    let set = report.policy.bit(bit.position);
    // Whether a reader would want the bit set, and the policy's rule where it is not so.
    let (wanted, rule) = match bit.position {
        16 => (false, policy.smt),
        18 => (false, Some(policy.migration_agent)),
        19 => (false, Some(policy.debug)),
        21 => (false, Some(policy.cxl)),
        20 => (true, policy.unasked_single_socket),
        22 => (true, policy.unasked_aes_256_xts),
        23 => (true, policy.unasked_rapl_disabled),
        24 => (true, policy.unasked_ciphertext_hiding),
        25 => (true, policy.unasked_page_swap_disabled),
        _ => (false, None),
    };
    let finding = match set == wanted {
        true => Finding::pass(bit.check),
        false => wished(bit.check, rule, if set { "set" } else { "clear" }),
    };
    finding.actual(if set { "set" } else { "clear" }).within(REPORT, place::POLICY)
}

/// The firmware is at least what the guest asked for, and the guest asked for enough.
fn abi(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_POLICY_ABI;
    let (major, minor) = report.policy.abi();
    let asked = AbiVersion { major, minor };
    let Firmware { major, minor, .. } = report.current;
    let runs = AbiVersion { major, minor };
    match policy.minimum_abi {
        _ if asked > runs => Finding::fail(check, "disagree").expected(format!("at most {runs}")),
        Some(minimum) if asked < minimum => {
            Finding::fail(check, "below-minimum").expected(format!("at least {minimum}"))
        }
        _ => Finding::pass(check).expected(format!("at most {runs}")),
    }
    .actual(asked.to_string())
    .at(REPORT, place::POLICY.start, 2)
}

/// S15 to S21.
pub(super) fn identity(
    report: &Report<'_>,
    policy: &SnpPolicy,
    compared: Comparers,
) -> Vec<Finding> {
    vec![
        vmpl(report, policy),
        guest_svn(report, policy),
        id(
            &checks::SNP_FAMILY_ID,
            policy.family_id.as_deref(),
            &report.family_id,
            place::FAMILY_ID,
        ),
        id(&checks::SNP_IMAGE_ID, policy.image_id.as_deref(), &report.image_id, place::IMAGE_ID),
        key(&checks::SNP_ID_KEY, &policy.id_keys, report.id_key_digest, place::ID_KEY_DIGEST),
        author_key(report, policy),
        measurement(report, policy, compared.software),
        host_data(report, policy),
        report_data(report, policy, compared.data),
        migration_report(report, policy),
    ]
}

/// S15: no policy can accept the host's word for the guest's.
fn vmpl(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_VMPL;
    let finding = if report.is_host_requested() {
        Finding::fail(check, "host-requested")
    } else if policy.vmpl.contains(&report.vmpl) {
        Finding::pass(check)
    } else {
        Finding::fail(check, "not-listed")
    };
    let accepted: Vec<String> = policy.vmpl.iter().map(u32::to_string).collect();
    finding
        .expected(accepted.join(", "))
        .actual(Value::number(report.vmpl))
        .within(REPORT, place::VMPL)
}

fn guest_svn(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_GUEST_SVN;
    let finding = match policy.minimum_guest_svn {
        Some(minimum) => Finding::test(check, report.guest_svn >= minimum, "below-minimum")
            .expected(format!("at least {minimum}")),
        None => Finding::no_reference(check),
    };
    finding.actual(Value::number(report.guest_svn)).within(REPORT, place::GUEST_SVN)
}

fn id(check: &'static Check, expected: Option<&str>, actual: &[u8], at: Span) -> Finding {
    let finding = match expected {
        Some(expected) => {
            let equal = expected.eq_ignore_ascii_case(&hex::encode(actual));
            Finding::test(check, equal, "not-equal").expected(Value::Hex(expected.to_owned()))
        }
        None => Finding::no_reference(check),
    };
    finding.actual(Value::hex(actual)).within(REPORT, at)
}

fn key(check: &'static Check, accepted: &[Sha384], digest: Sha384, at: Span) -> Finding {
    let finding = match accepted {
        [] => Finding::no_reference(check),
        accepted => Finding::test(check, accepted.contains(&digest), "not-listed")
            .expected(joined(accepted)),
    };
    finding.actual(Value::hex(digest.0)).within(REPORT, at)
}

/// The author key digest means something only when KEY_INFO says that there is one.
fn author_key(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_AUTHOR_KEY;
    let present = report.author_key_digest.0.iter().any(|&byte| byte != 0);
    if present != report.key_info.author_key() {
        return Finding::fail(check, "disagree")
            .expected(if report.key_info.author_key() { "present" } else { "absent" })
            .actual(Value::hex(report.author_key_digest.0))
            .within(REPORT, place::AUTHOR_KEY_DIGEST);
    }
    key(check, &policy.author_keys, report.author_key_digest, place::AUTHOR_KEY_DIGEST)
}

/// S18: equal to a reference value of the policy; without one, it stands for an unknown guest.
fn measurement(report: &Report<'_>, policy: &SnpPolicy, compared: Compared) -> Finding {
    let check = &checks::SNP_MEASUREMENT;
    let accepted = Some(policy.measurements.as_slice()).filter(|accepted| !accepted.is_empty());
    let finding = compared.with(check, accepted, |accepted| {
        Finding::test(check, accepted.contains(&report.measurement), "not-listed")
            .expected(joined(accepted))
    });
    finding.actual(Value::hex(report.measurement.0)).within(REPORT, place::MEASUREMENT)
}

fn host_data(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_HOST_DATA;
    match policy.host_data {
        Some(expected) => Finding::equal(check, &expected.0, &report.host_data),
        None => Finding::no_reference(check).actual(Value::hex(report.host_data)),
    }
    .within(REPORT, place::HOST_DATA)
}

fn report_data(report: &Report<'_>, policy: &SnpPolicy, compared: Compared) -> Finding {
    let check = &checks::SNP_REPORT_DATA;
    let equal = |expected: Sha512| Finding::equal(check, &expected.0, &report.report_data);
    let finding = compared.with(check, policy.report_data, equal);
    finding.actual(Value::hex(report.report_data)).within(REPORT, place::REPORT_DATA)
}

/// S21: without a migration agent REPORT_ID_MA is all ones.
fn migration_report(report: &Report<'_>, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_MIGRATION_REPORT;
    let none = [0xff; 32];
    let finding = if report.report_id_ma == none {
        Finding::pass(check)
    } else {
        ruled(check, policy.migration_agent, "set")
    };
    finding
        .expected(Value::hex(none))
        .actual(Value::hex(report.report_id_ma))
        .within(REPORT, place::REPORT_ID_MA)
}

fn joined(digests: &[Sha384]) -> String {
    digests.iter().map(Sha384::to_string).collect::<Vec<_>>().join(" or ")
}
