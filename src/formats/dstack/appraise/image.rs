//! Which system the guest booted: what the host says about its image, against the registers; and
//! whether somebody else names that image and the application.

use super::{Identity, Named};
use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::finding::{Finding, Outcome, Value, Why};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::{Material, SnpImage, TdxImage};
use crate::formats::dstack::policy::DstackPolicy;
use crate::formats::dstack::verify::{self as computed, AcpiDigests};
use crate::formats::intel::parse::TdReport;
use crate::formats::snp::parse::{Report, place};

/// What the host and the agent say about the image. Nobody signed any of it.
#[derive(Debug, Default)]
pub(crate) struct Image<'a> {
    /// What the image measures.
    pub material: Option<&'a Material>,
    /// The image's hash in hex, as stated once or more.
    pub hashes: Vec<&'a str>,
    /// The guest's memory in bytes.
    pub memory: u64,
    /// The digests of the host's ACPI tables, as the guest's log states them.
    pub acpi: Option<AcpiDigests>,
}

impl Image<'_> {
    /// For a TDX guest: whether the image measures what the registers hold, and whether that image
    /// was to be started.
    pub(super) fn of_quote(
        &self,
        report: &TdReport,
        named: Named,
        policy: &DstackPolicy,
    ) -> Vec<Finding> {
        let mut findings = self.file(Material::TDX);
        match self.parsed(&mut findings, TdxImage::parse) {
            Some(image) => {
                findings.extend(self.registers(&image, report));
                findings.push(match named.rtmr0 {
                    true => Finding::pass(&checks::DSTACK_ACPI),
                    false => Finding::no_reference(&checks::DSTACK_ACPI),
                });
            }
            None => findings.extend(blocked()),
        }
        let needed = ["mrtd", "rtmr1", "rtmr2"];
        findings.push(self.accepted(&findings, &needed, named.software, policy));
        findings
    }

    /// The same for an SEV-SNP guest.
    pub(super) fn of_report(&self, report: &Report<'_>, policy: &DstackPolicy) -> Vec<Finding> {
        let check = &checks::DSTACK_MEASUREMENT;
        let mut findings = self.file(Material::SNP);
        match (self.parsed(&mut findings, SnpImage::parse), self.material) {
            (Some(image), Some(material)) => {
                let finding = match computed::snp_measurement(&image, material) {
                    Ok(launch) => {
                        Finding::equal(check, launch.as_bytes(), report.measurement.as_bytes())
                    }
                    Err(error) => {
                        Finding::unknown(check, Why::NotSupported).actual(error.to_string())
                    }
                };
                findings.push(finding.part("launch").within(place::REPORT, place::MEASUREMENT));
                findings.push(Finding::warn(&checks::DSTACK_ACPI, "not-measured"));
            }
            _ => findings.extend(blocked()),
        }
        findings.push(self.accepted(&findings, &["launch"], false, policy));
        findings
    }

    /// The file of measurements is the one that the image lists, and the image has the stated hash.
    fn file(&self, name: &str) -> Vec<Finding> {
        let check = &checks::DSTACK_IMAGE_FILE;
        let Some(material) = self.material else {
            return vec![Finding::unknown(check, Why::NotPublished)];
        };
        let hash = Sha256::of(&material.measurement);
        let file = match material.listed(name) {
            Ok(Some(listed)) => Finding::equal(check, listed.as_bytes(), hash.as_bytes()),
            Ok(None) => Finding::fail(check, "missing").expected(name),
            Err(error) => Finding::fail(check, "malformed").actual(error.to_string()),
        };
        let mut findings = vec![file.part("file")];
        if let Some(first) = self.hashes.first() {
            let image = material.image().to_string();
            let other = self.hashes.iter().find(|hash| !hash.eq_ignore_ascii_case(&image));
            let finding = Finding::test(check, other.is_none(), "disagree").part("os-image-hash");
            findings.push(finding.expected(image).actual(*other.unwrap_or(first)));
        }
        findings
    }

    /// The file of measurements, when it is the one that the image lists.
    fn parsed<T>(
        &self,
        findings: &mut Vec<Finding>,
        parse: fn(&[u8]) -> Result<T, Error>,
    ) -> Option<T> {
        let check = &checks::DSTACK_IMAGE_FILE;
        let material = self.material?;
        if !findings.iter().all(Finding::passed) {
            return None;
        }
        match parse(&material.measurement) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let finding = match error {
                    Error::Unsupported { .. } => Finding::unknown(check, Why::NotSupported),
                    _ => Finding::fail(check, "malformed"),
                };
                findings.push(finding.part("content").actual(error.to_string()));
                None
            }
        }
    }

    fn registers(&self, image: &TdxImage, report: &TdReport) -> Vec<Finding> {
        let check = &checks::DSTACK_MEASUREMENT;
        let [rtmr0, rtmr1, rtmr2, _] = &report.rtmr;
        let compared = |part, computed: Result<Sha384, Why>, quoted: &Sha384| {
            let finding = match computed {
                Ok(computed) => Finding::equal(check, computed.as_bytes(), quoted.as_bytes()),
                Err(why) => Finding::unknown(check, why).actual(Value::hex(quoted.0)),
            };
            finding.part(part)
        };
        let texts: Vec<String> = image.mrtd.iter().map(Sha384::to_string).collect();
        let firmware = Finding::test(check, image.mrtd.contains(&report.mr_td), "not-equal")
            .expected(texts.join(" or "))
            .actual(Value::hex(report.mr_td.0));
        let configuration = match &self.acpi {
            Some(acpi) => computed::rtmr0(image, self.memory, acpi).ok_or(Why::NotSupported),
            None => Err(Why::NotPublished),
        };
        let kernel = computed::rtmr1(image, self.memory).ok_or(Why::NotSupported);
        vec![
            firmware.part("mrtd"),
            compared("rtmr0", configuration, rtmr0),
            compared("rtmr1", kernel, rtmr1),
            compared("rtmr2", Ok(computed::rtmr2(image)), rtmr2),
        ]
    }

    /// The image that the guest booted is one that the policy names.
    fn accepted(
        &self,
        findings: &[Finding],
        needed: &[&str],
        is_named: bool,
        policy: &DstackPolicy,
    ) -> Finding {
        let check = &checks::DSTACK_OS_IMAGE;
        let own = || findings.iter().filter(|f| *f.check == checks::DSTACK_MEASUREMENT);
        let is_shown = |part: &&str| own().any(|f| f.part.as_deref() == Some(*part) && f.passed());
        let failed = own().any(|finding| matches!(finding.outcome, Outcome::Fail(_)));
        let image = self.material.map(Material::image);
        let measured = image.filter(|_| !failed && needed.iter().all(is_shown));
        let accepted: Vec<String> = policy.os_images.iter().map(Sha256::to_string).collect();
        match (measured, accepted.as_slice()) {
            (Some(image), [_, ..]) => {
                Finding::test(check, policy.os_images.contains(&image), "not-listed")
                    .expected(accepted.join(" or "))
                    .actual(Value::hex(image.0))
            }
            (None, [_, ..]) if self.material.is_none() => {
                Finding::unknown(check, Why::NotPublished)
            }
            (None, [_, ..]) => Finding::blocked(check, &checks::DSTACK_MEASUREMENT),
            (_, []) if is_named => Finding::unknown(check, Why::NotApplicable),
            (Some(image), []) => Finding::no_reference(check).actual(Value::hex(image.0)),
            (None, []) => Finding::no_reference(check),
        }
    }
}

/// What nobody can compute without the file of measurements.
fn blocked() -> [Finding; 2] {
    let by = &checks::DSTACK_IMAGE_FILE;
    [&checks::DSTACK_MEASUREMENT, &checks::DSTACK_ACPI].map(|check| Finding::blocked(check, by))
}

/// The application is one that the policy names, and the system that says so is named as well.
pub(super) fn application(
    shown: Result<&Identity, Why>,
    before: &[Finding],
    named: Named,
    policy: &DstackPolicy,
) -> Finding {
    let check = &checks::DSTACK_APPLICATION;
    if policy.compose_hashes.is_empty() {
        return Finding::no_reference(check);
    }
    let texts: Vec<String> = policy.compose_hashes.iter().map(Sha256::to_string).collect();
    let os_image = before.iter().any(|f| *f.check == checks::DSTACK_OS_IMAGE && f.passed());
    match shown.map(|shown| shown.compose_hash.as_deref()) {
        Err(why) => Finding::unknown(check, why),
        Ok(None) => Finding::unknown(check, Why::NotPublished),
        Ok(Some(hash)) if texts.iter().any(|text| text == hash) => match os_image || named.software
        {
            true => Finding::pass(check),
            false => Finding::blocked(check, &checks::DSTACK_OS_IMAGE),
        }
        .expected(texts.join(" or "))
        .actual(hash),
        Ok(Some(hash)) => {
            Finding::fail(check, "not-listed").expected(texts.join(" or ")).actual(hash)
        }
    }
}
