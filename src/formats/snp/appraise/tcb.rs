//! S10 to S12 and S22: security versions and firmware.

use super::{REPORT, ruled};
use crate::finding::{Finding, Value, Why};
use crate::formats::snp::checks;
use crate::formats::snp::minimum::{WEAK_PRODUCTS, minimum_of_any_chip, minimum_tcb};
use crate::formats::snp::parse::{Component, Firmware, Product, Report, Tcb, place};
use crate::formats::snp::policy::{SnpPolicy, TcbFloor};
use crate::formats::snp::verify::VerifiedSnp;
use crate::span::Span;
use crate::time::UnixTime;

/// The four security versions of a report: name, place, value.
fn stacks(report: &Report<'_>, product: Product) -> [(&'static str, Span, Tcb); 4] {
    [
        ("current", place::CURRENT_TCB, report.current_tcb.decode(product)),
        ("reported", place::REPORTED_TCB, report.reported_tcb.decode(product)),
        ("committed", place::COMMITTED_TCB, report.committed_tcb.decode(product)),
        ("launch", place::LAUNCH_TCB, report.launch_tcb.decode(product)),
    ]
}

pub(super) fn appraise(
    verified: &VerifiedSnp<'_>,
    policy: &SnpPolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let (report, product) = (verified.report(), verified.product());
    let mut findings = vec![standing(product, policy)];
    findings.extend(order(report, product));
    findings.push(provisional(report, product, policy));
    findings.extend(minimum(report, product, policy, now));
    findings.extend(firmware(report, policy));
    findings.extend(mitigations(report));
    findings
}

/// The product is accepted, and no published weakness makes its reports doubtful.
fn standing(product: Product, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_PRODUCT_STANDING;
    let weakness = WEAK_PRODUCTS.iter().find(|weak| weak.product == product);
    match weakness {
        _ if !policy.products.contains(&product) => Finding::fail(check, "not-listed"),
        Some(weak) => ruled(check, policy.weak_product, "weak-product").expected(weak.source),
        None => Finding::pass(check),
    }
    .actual(product.name())
}

/// S10: reported and committed versions are not newer than what runs; the launch was not under
/// newer firmware than now.
fn order(report: &Report<'_>, product: Product) -> Vec<Finding> {
    let check = &checks::SNP_TCB_ORDER;
    let current = report.current_tcb.decode(product);
    stacks(report, product)
        .into_iter()
        .filter(|(name, ..)| *name != "current")
        .map(|(name, at, tcb)| {
            let finding = match (tcb.at_most(&current), name) {
                (true, _) => Finding::pass(check),
                (false, "launch") => Finding::warn(check, "newer"),
                (false, _) => Finding::fail(check, "newer"),
            };
            finding
                .part(name)
                .expected(format!("at most {current}"))
                .actual(tcb.to_string())
                .within(REPORT, at)
        })
        .collect()
}

/// S10: firmware that is not committed can still be rolled back by the host.
fn provisional(report: &Report<'_>, product: Product, policy: &SnpPolicy) -> Finding {
    let check = &checks::SNP_TCB_PROVISIONAL;
    let committed = report.committed_tcb.decode(product);
    let current = report.current_tcb.decode(product);
    let finding = if committed == current && report.committed == report.current {
        Finding::pass(check)
    } else {
        ruled(check, policy.provisional_firmware, "provisional")
    };
    finding
        .expected(format!("{current}, firmware {}", report.current))
        .actual(format!("{committed}, firmware {}", report.committed))
        .within(REPORT, place::COMMITTED_TCB)
}

/// S11: each component of each stack against the dated table and the policy's own floor. A report
/// of version 2 does not say which chip it is about, so it has to reach what any chip has to.
fn minimum(
    report: &Report<'_>,
    product: Product,
    policy: &SnpPolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let check = &checks::SNP_TCB_MINIMUM;
    let mut findings = Vec::new();
    for (name, at, tcb) in stacks(report, product) {
        for component in Component::ALL {
            let Some(actual) = tcb.component(component) else { continue };
            let row = minimum_tcb(product, report.cpuid, component, now);
            let any = match report.cpuid {
                Some(_) => None,
                None => minimum_of_any_chip(product, component, now),
            };
            let floor = policy.tcb_floor.map_or(0, |floor| floor_of(&floor, component));
            let finding = match row {
                _ if actual < floor => Finding::fail(check, "below-floor")
                    .expected(format!("at least {floor} (the policy's floor)")),
                Some(row) if actual < row.minimum => {
                    ruled(check, policy.below_minimum, "below-minimum")
                        .expected(format!("at least {} ({})", row.minimum, row.bulletin))
                }
                _ if let Some(row) = any
                    && actual < row.minimum =>
                {
                    ruled(check, policy.below_minimum, "no-cpuid")
                        .expected(format!("at least {} ({})", row.minimum, row.bulletin))
                }
                Some(row) => Finding::pass(check)
                    .expected(format!("at least {} ({})", row.minimum, row.bulletin)),
                None if floor > 0 => {
                    Finding::pass(check).expected(format!("at least {floor} (the policy's floor)"))
                }
                // Neither the table nor the policy has a minimum for this chip.
                None => Finding::unknown(check, Why::NotApplicable),
            };
            let byte = component.offset(product).unwrap_or(0).saturating_add(at.start);
            findings.push(
                finding
                    .part(format!("{name}.{}", component.word()))
                    .actual(Value::number(actual))
                    .at(REPORT, byte, 1),
            );
        }
    }
    findings
}

const fn floor_of(floor: &TcbFloor, component: Component) -> u8 {
    match component {
        Component::Fmc => floor.fmc,
        Component::Bootloader => floor.bootloader,
        Component::Tee => floor.tee,
        Component::Snp => floor.snp,
        Component::Microcode => floor.microcode,
    }
}

/// S12.
fn firmware(report: &Report<'_>, policy: &SnpPolicy) -> [Finding; 2] {
    let examine = |part: &'static str, version: Firmware, at: Span| {
        let check = &checks::SNP_FIRMWARE_MINIMUM;
        let finding = match policy.minimum_firmware {
            Some(minimum) if version < minimum => {
                Finding::fail(check, "below-minimum").expected(format!("at least {minimum}"))
            }
            Some(minimum) => Finding::pass(check).expected(format!("at least {minimum}")),
            None => Finding::no_reference(check),
        };
        finding.part(part).actual(version.to_string()).within(REPORT, at)
    };
    [
        examine("current", report.current, place::CURRENT_BUILD),
        examine("committed", report.committed, place::COMMITTED_BUILD),
    ]
}

/// S22: a mitigation that was on when the guest was launched and is off now.
fn mitigations(report: &Report<'_>) -> Vec<Finding> {
    let check = &checks::SNP_MITIGATIONS;
    let Some((launch, current)) = report.mitigations else {
        return vec![Finding::unknown(check, Why::NotApplicable)];
    };
    let finding =
        if launch & !current == 0 { Finding::pass(check) } else { Finding::warn(check, "dropped") };
    vec![
        finding
            .expected(format!("0x{launch:x} at launch"))
            .actual(format!("0x{current:x} now"))
            .at(REPORT, place::LAUNCH_MIT_VECTOR.start, 16),
    ]
}
