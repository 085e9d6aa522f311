//! A GPU's report against a policy.

use super::checks;
use super::parse::{Manifest, Report};
use super::policy::GpuPolicy;
use super::verify::manifest::References;
use super::verify::{REPORT, VerifiedGpu};
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value, Why};

/// Appraises a verified report, with what NVIDIA published about its driver and firmware.
pub(crate) fn appraise(
    verified: &VerifiedGpu<'_>,
    policy: &GpuPolicy,
    references: &References<'_>,
) -> Vec<Finding> {
    let report = verified.report();
    let mut findings = vec![trailing(report)];
    findings.extend(measurements(report, references));
    findings.extend([
        nonce(report, policy),
        // Nothing in the report names a machine.
        Finding::unknown(&checks::GPU_MACHINE, Why::NotPublished),
    ]);
    findings
}

/// The measurements against NVIDIA's values for the driver and for the firmware. Together they are
/// about every measurement that NVIDIA compares; each alone is not.
fn measurements(report: &Report<'_>, references: &References<'_>) -> Vec<Finding> {
    let check = &checks::GPU_MEASUREMENTS;
    if references.parts.iter().all(|part| !part.is_at_hand) {
        let count = u64::try_from(report.measurements.len()).unwrap_or(u64::MAX);
        return vec![Finding::no_reference(check).actual(Value::number(count))];
    }
    let mut compared: Vec<u8> = Vec::new();
    let mut findings = Vec::new();
    for part in &references.parts {
        let kept = part.sound.iter().map(|manifest| (manifest, differing(report, manifest)));
        let kept: Vec<(&&Manifest, Vec<u8>)> = kept.collect();
        let chosen = kept.iter().find(|(_, differ)| differ.is_empty()).or(kept.first());
        let finding = match chosen {
            None if part.is_at_hand => Finding::blocked(check, &checks::GPU_REFERENCE),
            None => Finding::no_reference(check),
            Some((manifest, differ)) => {
                let numbers = || manifest.measurements.iter().map(|own| own.number);
                let overlaps = numbers().any(|number| compared.contains(&number));
                compared.extend(numbers());
                let finding = match (overlaps, differ.is_empty()) {
                    (true, _) => Finding::fail(check, "disagree"),
                    (false, holds) => Finding::test(check, holds, "not-equal"),
                };
                finding.actual(told(manifest.measurements.len(), differ))
            }
        };
        findings.push(finding.part(part.name));
    }
    findings
}

/// The numbers of those measurements that are none of the values.
fn differing(report: &Report<'_>, manifest: &Manifest) -> Vec<u8> {
    /// What the first video decoder measures.
    const DECODER: u8 = 35;
    let is_off = report.opaque.is_decoder_off();
    let compared = manifest.measurements.iter().filter(|own| !(is_off && own.number == DECODER));
    let differ = compared.filter(|own| {
        let block = own.number.checked_add(1);
        let measured = report.measurements.iter().find(|found| Some(found.index) == block);
        !measured.is_some_and(|found| own.values.iter().any(|value| value == found.value))
    });
    differ.map(|own| own.number).collect()
}

/// How many measurements were compared, and which differ.
fn told(count: usize, differ: &[u8]) -> String {
    let numbers: Vec<String> = differ.iter().map(u8::to_string).collect();
    match numbers.as_slice() {
        [] => format!("{count} compared"),
        numbers => format!("{count} compared, other: {}", numbers.join(", ")),
    }
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

fn nonce(report: &Report<'_>, policy: &GpuPolicy) -> Finding {
    let check = &checks::GPU_NONCE;
    let finding = match policy.nonce {
        Some(expected) => Finding::equal(check, &expected.0, &report.nonce),
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
