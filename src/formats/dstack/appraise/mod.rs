//! What dstack's guest agent says, against the verified quote or report and the verified log.

mod certificate;
mod compose;
mod config;
mod identity;
mod image;

use super::checks;
use super::parse::{AppCompose, Document, Ids, TcbInfo, document_hash};
use super::policy::DstackPolicy;
use super::verify::aggregated;
use crate::digest::{Sha256, Sha384};
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::parse::TdReport;
use crate::formats::snp::parse::{Report, place};
use compose::{compose_hash, images};
use config::mr_config;
use identity::{ids, key_provider};

pub(crate) use certificate::{CERTIFICATE, certificate, key};
pub(crate) use compose::image_claims;
pub(crate) use identity::{Identity, claims};
pub(crate) use image::Image;

/// The checks that need a verified SEV-SNP report.
pub(crate) static FROM_REPORT: &[&Check] = &[
    &checks::DSTACK_REPORT_DATA,
    &checks::DSTACK_MR_CONFIG,
    &checks::DSTACK_COMPOSE_HASH,
    &checks::DSTACK_KEY_PROVIDER,
    &checks::DSTACK_IMAGES,
    &checks::DSTACK_IMAGE_FILE,
    &checks::DSTACK_MEASUREMENT,
    &checks::DSTACK_ACPI,
    &checks::DSTACK_OS_IMAGE,
    &checks::DSTACK_APPLICATION,
];

/// What came with a quote or a report. Nobody signed any of it.
#[derive(Debug, Default)]
pub(crate) struct Beside<'a> {
    /// The registers as the agent states them.
    pub tcb_info: Option<&'a TcbInfo>,
    /// What the agent says the application is, once or more.
    pub ids: Vec<&'a Ids>,
    /// The app-compose file.
    pub compose: Option<&'a AppCompose>,
    /// The document of the host's commitment.
    pub document: Option<&'a str>,
    /// What the host says about the image.
    pub image: Image<'a>,
    /// The hashes that dstack's releases make of the platform.
    pub devices: Vec<Sha256>,
}

/// What the policy names by the registers themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// The guest's software.
    pub software: bool,
    /// RTMR0: the machine's configuration.
    pub rtmr0: bool,
}

/// Appraises the TD report of a verified quote. `log` is what the verified log says, or why there
/// is none.
pub(crate) fn appraise_quote(
    report: &TdReport,
    log: Result<&Identity, Why>,
    beside: &Beside<'_>,
    named: Named,
    policy: &DstackPolicy,
) -> Vec<Finding> {
    let mut findings = registers(report, beside);
    findings.extend(ids(log, &beside.ids, &beside.devices));
    findings.push(compose_hash(log, beside.compose));
    findings.extend(mr_config(&report.mr_config_id, log, beside));
    findings.extend(key_provider(log, &beside.ids));
    findings.extend(images(beside.compose, &findings));
    findings.extend(beside.image.of_quote(report, named, policy));
    findings.push(image::application(log, &findings, named, policy));
    findings
}

/// Appraises a verified SEV-SNP report. What the guest's document says is handed back when
/// HOST_DATA is its hash.
pub(crate) fn appraise_report(
    report: &Report<'_>,
    stated_data: &[u8; 64],
    beside: &Beside<'_>,
    policy: &DstackPolicy,
) -> (Vec<Finding>, Option<Identity>) {
    let data = Finding::equal(&checks::DSTACK_REPORT_DATA, &report.report_data, stated_data);
    let mut findings = vec![data.within(place::REPORT, place::REPORT_DATA)];
    let document = beside.document.unwrap_or_default();
    let hash = document_hash(document);
    let check = &checks::DSTACK_MR_CONFIG;
    let commitment =
        Finding::equal(check, &report.host_data, &hash.0).within(place::REPORT, place::HOST_DATA);
    let holds = commitment.passed();
    findings.push(commitment);
    let identity = match Document::parse(document) {
        Ok(document) if holds => Some(Identity::of_document(&document)),
        Ok(_) => None,
        Err(error) => {
            let finding = Finding::fail(check, "malformed").part("document");
            findings.push(finding.actual(error.to_string()));
            None
        }
    };
    let shown = identity.as_ref().ok_or(Why::Blocked { by: check });
    // What the agent says stands beside an attestation, or is not there.
    if beside.ids.iter().any(|stated| **stated != Ids::default()) {
        findings.extend(ids(shown, &beside.ids, &beside.devices));
    }
    findings.push(compose_hash(shown, beside.compose));
    findings.extend(key_provider(shown, &beside.ids));
    findings.extend(images(beside.compose, &findings));
    findings.extend(beside.image.of_report(report, policy));
    findings.push(image::application(shown, &findings, Named::default(), policy));
    (findings, identity)
}

/// The agent's registers are the quote's, each on its own.
fn registers(report: &TdReport, beside: &Beside<'_>) -> Vec<Finding> {
    let check = &checks::DSTACK_TCB_INFO;
    let all = beside.ids.iter().filter_map(|ids| ids.mr_aggregated.as_deref());
    let all: Vec<&str> = all.filter(|text| !text.is_empty()).collect();
    let together = all.first().map(|first| {
        let hash = aggregated(report);
        let other = all.iter().find(|text| !text.eq_ignore_ascii_case(&hash.to_string()));
        let finding = Finding::test(check, other.is_none(), "not-equal").part("mr-aggregated");
        finding.expected(Value::hex(hash.0)).actual(*other.unwrap_or(first))
    });
    let Some(stated) = beside.tcb_info else {
        return vec![together.unwrap_or(Finding::unknown(check, Why::NotPublished))];
    };
    let [rtmr0, rtmr1, rtmr2, rtmr3] = &report.rtmr;
    let registers = [
        ("mrtd", &report.mr_td, &stated.mrtd),
        ("rtmr0", rtmr0, &stated.rtmr0),
        ("rtmr1", rtmr1, &stated.rtmr1),
        ("rtmr2", rtmr2, &stated.rtmr2),
        ("rtmr3", rtmr3, &stated.rtmr3),
    ];
    let compared = |(part, quoted, stated): (&'static str, &Sha384, &Option<Sha384>)| {
        let finding = match stated {
            Some(stated) => Finding::equal(check, &quoted.0, &stated.0),
            None => Finding::unknown(check, Why::NotPublished),
        };
        finding.part(part)
    };
    registers.into_iter().map(compared).chain(together).collect()
}
