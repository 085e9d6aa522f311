//! A computed launch measurement: beside a report, or on its own.

use std::borrow::Cow;

use super::parse::{Description, Firmware, processor_signature};
use super::verify::{self, KernelHashes, Launch, Monitor, Processors};
use super::{appraise, checks};
use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::finding::{Finding, LinkId, Value, Why, to_blame};
use crate::piece::{self, Piece, Role};
use crate::report::{Claim, Draft, EvidenceItem, Fact, RootOfTrust, Subject};
use crate::span::Span;

/// The kind of subject.
const KIND: &str = "launch-description";

/// A description as the input: the measurement is computed with the firmware beside it, and no
/// machine is at hand to have measured it.
///
/// # Errors
/// When the description cannot be understood.
pub(crate) fn examine(input: &[u8], beside: &[Piece<'_>]) -> Result<Draft, Error> {
    let description = Description::parse(input)?;
    let check = &checks::LAUNCH_RECOMPUTED;
    let (name, link) = ("launch.measurement", LinkId::Measurements);
    let subject = Subject::of(KIND, input);
    let mut draft = Draft::of(subject, RootOfTrust::Nothing);
    let finding = match computed(&description, beside) {
        Some(Ok(computed)) => {
            let value = Value::hex(computed.0);
            draft.claims.push(Claim { name, value: value.clone(), link, part: None });
            Finding::unknown(check, Why::NotPublished).expected(value)
        }
        Some(Err(error)) => Finding::unknown(check, Why::NotSupported).actual(error.to_string()),
        None => Finding::unknown(check, Why::NotFetched),
    };
    draft.findings.push(finding);
    draft.evidence.push(EvidenceItem::new(KIND, "json", link, input, Vec::new()));
    Ok(draft)
}

/// Adds the findings on the measurements of `draft`, when there are files to compute another from.
/// A report about several machines is compared machine by machine; evidence without an SEV-SNP
/// report measures no launch of this kind.
pub(crate) fn compare(draft: &mut Draft, beside: &[Piece<'_>]) {
    let check = &checks::LAUNCH_RECOMPUTED;
    let description = piece::of(beside, &[Role::LaunchDescription]).into_iter().next();
    let Some(piece) = description else { return };
    let facts = draft.facts.iter().filter_map(|(part, fact)| match fact {
        Fact::SnpMeasurement(measurement) => Some((part.map(str::to_owned), *measurement)),
        _ => None,
    });
    let measured: Vec<(Option<String>, Sha384)> = facts.collect();
    if measured.is_empty() {
        let has_report = draft.evidence.iter().any(|item| item.kind == "snp-report");
        let finding = match has_report {
            true => Finding::blocked(check, to_blame(&draft.findings)),
            false => Finding::unknown(check, Why::NotApplicable),
        };
        draft.findings.push(finding);
        return;
    }
    let read = Description::parse(piece.bytes);
    let computed = match read.map(|description| computed(&description, beside)) {
        Ok(computed) => computed.transpose(),
        Err(error) => Err(error),
    };
    for (part, measurement) in measured {
        let finding = match &computed {
            Ok(computed) => appraise::measurement(*computed, measurement),
            Err(error) => {
                piece.unreadable();
                Finding::unknown(check, Why::NotSupported).actual(error.to_string())
            }
        };
        let finding = match finding.at.clone().zip(place(draft, measurement)) {
            Some((at, evidence)) => finding.within(evidence, at.span),
            None => finding,
        };
        draft.findings.push(match part {
            Some(part) => finding.part(part),
            None => finding,
        });
    }
    if computed.is_ok() {
        piece.used();
        let link = LinkId::Measurements;
        draft.evidence.push(EvidenceItem::new(KIND, "json", link, piece.bytes, Vec::new()));
    }
}

/// The measurement of the launch, when firmware is at hand. Of several, the first that can be
/// launched so.
fn computed(description: &Description, beside: &[Piece<'_>]) -> Option<Result<Sha384, Error>> {
    let mut first = None;
    for piece in piece::of(beside, &[Role::Firmware]) {
        let measured = measure(piece.bytes, description);
        if measured.is_ok() {
            piece.used();
            return Some(measured);
        }
        first.get_or_insert(measured);
    }
    first
}

/// The evidence id of the report with that measurement.
fn place(draft: &Draft, measurement: Sha384) -> Option<Cow<'static, str>> {
    let value = Value::hex(measurement.0);
    let has = |item: &&EvidenceItem| {
        item.kind == "snp-report" && item.fields.iter().any(|field| field.value == value)
    };
    draft.evidence.iter().find(has).map(|item| item.id.clone())
}

/// The launch measurement of `firmware`, launched as `description` says.
///
/// # Errors
/// When the image or the description cannot be understood, or the image cannot be launched so.
pub fn measure(firmware: &[u8], description: &Description) -> Result<Sha384, Error> {
    const WHAT: &str = "launch description";
    let unsupported = |value: &str| Error::unsupported(WHAT, value, Span::new(0, value.len()));
    let name = description.processor_type.as_str();
    let signature = processor_signature(name).ok_or_else(|| unsupported(name))?;
    let monitor = match description.monitor.as_str() {
        "qemu" => Monitor::Qemu,
        "ec2" => Monitor::Ec2,
        other => return Err(unsupported(other)),
    };
    if description.kernel_sha256.is_none() && description.initrd_sha256.is_some() {
        return Err(Error::Missing { what: "the kernel that goes with the initial disk" });
    }
    let firmware = Firmware::parse(firmware)?;
    let kernel = description.kernel_sha256.map(|kernel| KernelHashes {
        kernel,
        initrd: description.initrd_sha256.unwrap_or_else(|| Sha256::of(&[])),
        command_line: KernelHashes::of_command_line(&description.command_line),
    });
    verify::measurement(&Launch {
        firmware: &firmware,
        kernel,
        processors: Processors { count: description.processors, signature },
        features: description.features,
        monitor,
    })
}
