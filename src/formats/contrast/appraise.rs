//! One machine's verified report or quote against a manifest.

use super::checks;
use super::parse::{Manifest, MinimumTcb};
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::parse::place::{self as quote, td};
use crate::formats::intel::parse::{Quote, TdReport};
use crate::formats::snp::parse::{Product, Report, Tcb, place};

/// The entries that are left, check by check.
struct Left<'m, E>(Vec<&'m E>);

impl<'m, E> Left<'m, E> {
    /// Holds `check` when an entry that is left `fits`, and leaves those that do. Where none does
    /// the check fails, and the ones behind it are held against what was left before.
    fn narrow(
        &mut self,
        check: &'static Check,
        reason: &'static str,
        fits: impl Fn(&E) -> bool,
    ) -> Finding {
        let fitting: Vec<&E> = self.0.iter().copied().filter(|entry| fits(entry)).collect();
        let found = !fitting.is_empty();
        if found {
            self.0 = fitting;
        }
        Finding::test(check, found, reason)
    }
}

/// Whether `text` is these bytes in hex.
fn is_hex(text: &str, bytes: &[u8]) -> bool {
    text.eq_ignore_ascii_case(&hex::encode(bytes))
}

/// An SEV-SNP report against the manifest.
pub(crate) fn snp(report: &Report<'_>, product: Product, manifest: &Manifest) -> Vec<Finding> {
    let check = &checks::CONTRAST_MEASUREMENT;
    let mut left = Left(manifest.snp.iter().collect());
    let measured = match left.0.is_empty() {
        true => Finding::fail(check, "another-platform"),
        false => left.narrow(check, "not-listed", |entry| {
            entry.product == product.name() && is_hex(&entry.measurement, &report.measurement.0)
        }),
    };
    let holds = measured.passed();
    let measured = measured.actual(Value::hex(report.measurement.0));
    let mut findings = vec![measured.within(place::REPORT, place::MEASUREMENT)];
    if holds {
        let tcbs = [report.committed_tcb, report.launch_tcb].map(|raw| raw.decode(product));
        let minimum = left.narrow(&checks::CONTRAST_MINIMUM, "below-minimum", |entry| {
            tcbs.iter().all(|tcb| reaches(tcb, &entry.minimum))
        });
        findings.push(minimum.within(place::REPORT, place::COMMITTED_TCB));
        findings.push(settings(&mut left, report).within(place::REPORT, place::POLICY));
        let open = left.0.iter().any(|entry| entry.chips.is_empty());
        let machine = match open {
            true => Finding::unknown(&checks::CONTRAST_MACHINE, Why::NotApplicable),
            false => left.narrow(&checks::CONTRAST_MACHINE, "not-listed", |entry| {
                entry.chips.iter().any(|chip| is_hex(chip, &report.chip_id))
            }),
        };
        findings.push(machine.within(place::REPORT, place::CHIP_ID));
    } else {
        let behind =
            [&checks::CONTRAST_MINIMUM, &checks::CONTRAST_SETTINGS, &checks::CONTRAST_MACHINE];
        findings.extend(behind.map(|open| Finding::blocked(open, check)));
    }
    let own = configuration(&report.host_data, manifest);
    findings.push(own.within(place::REPORT, place::HOST_DATA));
    findings
}

/// The guest policy and PLATFORM_INFO, bit by bit.
fn settings(left: &mut Left<'_, super::parse::SnpEntry>, report: &Report<'_>) -> Finding {
    let check = &checks::CONTRAST_SETTINGS;
    if !left.0.iter().any(|entry| entry.guest_policy.is_any() || entry.platform_info.is_any()) {
        return Finding::unknown(check, Why::NotPublished);
    }
    left.narrow(check, "not-equal", |entry| {
        entry.guest_policy.fit(report.policy.0) && entry.platform_info.fit(report.platform_info.0)
    })
}

/// Whether every version is at least the least one.
const fn reaches(tcb: &Tcb, minimum: &MinimumTcb) -> bool {
    tcb.bootloader >= minimum.bootloader
        && tcb.tee >= minimum.tee
        && tcb.snp >= minimum.snp
        && tcb.microcode >= minimum.microcode
}

/// A TDX quote against the manifest.
pub(crate) fn tdx(quoted: &Quote<'_>, report: &TdReport, manifest: &Manifest) -> Vec<Finding> {
    let check = &checks::CONTRAST_MEASUREMENT;
    let at =
        |finding: Finding, field| finding.within("quote", quote::within(quoted.body_span, field));
    let mut left = Left(manifest.tdx.iter().collect());
    let measured = match left.0.is_empty() {
        true => Finding::fail(check, "another-platform"),
        false => left.narrow(check, "not-listed", |entry| {
            let mut registers = entry.rtmrs.iter().zip(&report.rtmr);
            is_hex(&entry.mr_td, &report.mr_td.0)
                && registers.all(|(expected, own)| is_hex(expected, &own.0))
        }),
    };
    let holds = measured.passed();
    let mut findings = vec![at(measured.actual(Value::hex(report.mr_td.0)), td::MR_TD)];
    if holds {
        let module = left.narrow(&checks::CONTRAST_MODULE, "not-listed", |entry| {
            is_hex(&entry.mr_seam, &report.mr_seam.0)
        });
        findings.push(at(module.actual(Value::hex(report.mr_seam.0)), td::MR_SEAM));
        let settings = left.narrow(&checks::CONTRAST_SETTINGS, "not-equal", |entry| {
            is_hex(&entry.xfam, &report.xfam)
        });
        findings.push(at(settings.actual(Value::hex(report.xfam)), td::XFAM));
    } else {
        let behind = [&checks::CONTRAST_MODULE, &checks::CONTRAST_SETTINGS];
        findings.extend(behind.map(|open| Finding::blocked(open, check)));
    }
    findings.push(at(configuration(&report.mr_config_id.0, manifest), td::MR_CONFIG_ID));
    findings
}

/// The configuration that the host bound at launch: a hash of 32 bytes, with zeros behind it where
/// the field is longer.
fn configuration(field: &[u8], manifest: &Manifest) -> Finding {
    let listed = field.split_at_checked(32).is_some_and(|(hash, rest)| {
        rest.iter().all(|byte| *byte == 0)
            && manifest.configurations.iter().any(|own| is_hex(own, hash))
    });
    Finding::test(&checks::CONTRAST_CONFIGURATION, listed, "not-listed").actual(Value::hex(field))
}

/// The checks about evidence in which nothing is verified: `by` is to blame.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    [&checks::CONTRAST_MEASUREMENT, &checks::CONTRAST_CONFIGURATION]
        .into_iter()
        .map(|check| Finding::blocked(check, by))
        .collect()
}
