//! A GPU's report against a policy.

use super::checks;
use super::parse::Report;
use super::policy::GpuPolicy;
use super::verify::{REPORT, VerifiedGpu};
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value, Why};

/// Appraises a verified report. `asked` is the nonce that the report has to answer, when the
/// evidence around it says so; the policy's counts as well.
pub(crate) fn appraise(
    verified: &VerifiedGpu<'_>,
    policy: &GpuPolicy,
    asked: Option<&[u8]>,
) -> Vec<Finding> {
    let report = verified.report();
    let count = u64::try_from(report.measurements.len()).unwrap_or(u64::MAX);
    vec![
        trailing(report),
        // NVIDIA's reference manifests are XML with signatures of their own; none is read here.
        Finding::no_reference(&checks::GPU_MEASUREMENTS).actual(Value::number(count)),
        nonce(report, policy, asked),
        // Nothing in the report names a machine.
        Finding::unknown(&checks::GPU_MACHINE, Why::NotPublished),
    ]
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// What follows the signature is not signed by anyone; a driver of NVIDIA's leaves a zero there.
fn trailing(report: &Report<'_>) -> Finding {
    let check = &checks::GPU_TRAILING;
    let span = report.trailing;
    let bytes = span.of(report.bytes).unwrap_or_default();
    if bytes.is_empty() {
        return Finding::pass(check).actual("none");
    }
    let content = if bytes.iter().all(|&byte| byte == 0) { "zero" } else { "not zero" };
    let unit = if span.len == 1 { "byte" } else { "bytes" };
    let finding = Finding::warn(check, "not-signed");
    finding.actual(format!("{} {unit}, {content}", span.len)).within(REPORT, span)
}

fn nonce(report: &Report<'_>, policy: &GpuPolicy, asked: Option<&[u8]>) -> Finding {
    let check = &checks::GPU_NONCE;
    let pinned = policy.nonce.map(|nonce| nonce.0);
    let mut expected = pinned.iter().map(|nonce| nonce.as_slice()).chain(asked);
    let other = expected.clone().find(|expected| *expected != report.nonce);
    let finding = match other.or_else(|| expected.next()) {
        Some(expected) => Finding::equal(check, expected, &report.nonce),
        None => Finding::no_reference(check).actual(Value::hex(report.nonce)),
    };
    let span = report.nonce_span();
    finding.within(REPORT, span)
}

/// What the report states.
pub(crate) fn claims(verified: &VerifiedGpu<'_>) -> Vec<Claim> {
    let opaque = &verified.report().opaque;
    [
        ("gpu.driver", LinkId::Measurements, opaque.driver_version()),
        ("gpu.vbios", LinkId::Measurements, opaque.vbios_version()),
        ("gpu.model", LinkId::Report, opaque.model()),
    ]
    .into_iter()
    .filter_map(|(name, link, value)| {
        Some(Claim { name, value: Value::text(value?), link, part: None })
    })
    .collect()
}
