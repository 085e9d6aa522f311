//! Tinfoil's signed statement against the verified report: is the machine the one that was built?

pub(crate) mod newest;
pub(crate) mod registers;
pub(crate) mod tls;

use crate::builds::image::reference::{ImageReferences, Pin};
use crate::builds::provenance;
use crate::builds::sigstore::parse::Statement;
use crate::digest::Sha384;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::parse::TdReport;
use crate::formats::snp::parse::place;
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::{PREDICATE_TYPE, Predicate, image_references};
use crate::span::Span;

const PAYLOAD: &str = "dsse-payload";

/// What the machine measured, or the check that is to blame where its report does not hold.
#[derive(Clone, Copy)]
pub(crate) enum Measured<'r> {
    /// MEASUREMENT of an SEV-SNP report.
    Snp(Result<Sha384, &'static Check>),
    /// The registers of a TDX quote.
    Tdx(Result<Td<'r>, &'static Check>),
}

/// A TDX guest's report with its place in the quote.
#[derive(Clone, Copy)]
pub(crate) struct Td<'r> {
    pub(crate) report: &'r TdReport,
    pub(crate) body: Span,
}

impl Measured<'_> {
    /// The checks that compare a release with what was measured.
    pub(crate) fn checks(self) -> &'static [&'static Check] {
        match self {
            Self::Snp(_) => &checks::OF_SNP,
            Self::Tdx(_) => &checks::OF_TDX,
        }
    }
}

/// Appraises a verified statement against what was measured. A statement of another type says
/// nothing in Tinfoil's terms, whatever members it has.
pub(crate) fn release(
    statement: &Statement,
    payload: &[u8],
    measured: Measured<'_>,
) -> Vec<Finding> {
    let own = || measured.checks().iter().chain(&checks::FROM_STATEMENT).copied();
    if statement.predicate_type() != PREDICATE_TYPE {
        let by = &provenance::checks::PROVENANCE_PREDICATE_TYPE;
        return own().map(|check| Finding::blocked(check, by)).collect();
    }
    match Predicate::parse(payload) {
        Ok(predicate) => {
            let mut findings = match measured {
                Measured::Snp(measured) => vec![measurement(&predicate, measured)],
                Measured::Tdx(measured) => registers::of_release(&predicate, measured),
            };
            findings.push(Finding::unknown(&checks::TINFOIL_RECOMPUTED, Why::NotSupported));
            findings.push(config(&predicate));
            findings.push(vm_image(&predicate));
            findings.extend(containers(&predicate));
            findings
        }
        Err(error) => own()
            .map(|check| {
                if check == &checks::TINFOIL_RECOMPUTED {
                    return Finding::unknown(check, Why::NotSupported);
                }
                let finding = Finding::fail(check, "malformed").actual(error.to_string());
                finding.at(PAYLOAD, 0, payload.len())
            })
            .collect(),
    }
}

/// The digest that the bundle states is a subject of the signed statement.
pub(crate) fn digest(statement: &Statement, claimed: &str) -> Finding {
    let subjects: Vec<String> = statement
        .subjects()
        .iter()
        .filter_map(|subject| subject.sha256())
        .map(|digest| digest.to_string())
        .collect();
    let holds = subjects.iter().any(|subject| subject == claimed);
    Finding::test(&checks::TINFOIL_DIGEST, holds, "not-listed")
        .expected(subjects.join(", "))
        .actual(claimed)
}

/// S18: the launch measurement is the one that the build states.
fn measurement(predicate: &Predicate, measured: Result<Sha384, &'static Check>) -> Finding {
    let check = &checks::TINFOIL_MEASUREMENT;
    match measured {
        Ok(measured) => Finding::equal(check, &predicate.measurement.0, &measured.0),
        Err(by) => Finding::blocked(check, by).expected(Value::hex(predicate.measurement.0)),
    }
    .within(place::REPORT, place::MEASUREMENT)
}

/// The configuration in the statement is the one whose hash is on the measured command line.
fn config(predicate: &Predicate) -> Finding {
    const ARGUMENT: &str = "tinfoil-config-hash";
    let check = &checks::TINFOIL_CONFIG;
    let actual = predicate.config_digest().to_string();
    match predicate.argument(ARGUMENT) {
        Some(expected) => Finding::equal_text(check, expected, &actual),
        None => Finding::fail(check, "missing").actual(actual),
    }
}

/// The disk image whose root hash is on the measured command line is the release's.
fn vm_image(predicate: &Predicate) -> Finding {
    const ARGUMENT: &str = "roothash";
    let check = &checks::TINFOIL_VM_IMAGE;
    match predicate.argument(ARGUMENT) {
        Some(actual) => Finding::equal_text(check, &predicate.disk_root_hash, actual),
        None => Finding::fail(check, "missing").expected(predicate.disk_root_hash.as_str()),
    }
}

/// Every container is named by the digest of its content. A name alone lets whoever runs the
/// registry choose the content.
fn containers(predicate: &Predicate) -> Vec<Finding> {
    let check = &checks::TINFOIL_CONTAINER;
    let (images, certain) = match image_references(&predicate.config) {
        Ok(ImageReferences::All(images)) => (images, true),
        Ok(ImageReferences::Some(images)) => (images, false),
        Err(error) => return vec![Finding::warn(check, "unreadable").actual(error.to_string())],
    };
    if images.is_empty() {
        return vec![Finding::warn(check, "missing")];
    }
    let expected = "a name that ends in @sha256: and the digest";
    images
        .into_iter()
        .enumerate()
        .map(|(index, image)| {
            let finding = match image.pin {
                Pin::Digest if certain => Finding::pass(check),
                Pin::Digest => Finding::warn(check, "unreadable"),
                Pin::Tag => Finding::warn(check, "by-tag"),
                Pin::Absent => Finding::warn(check, "missing"),
            };
            let part = format!("container {}", index.saturating_add(1));
            finding.part(part).expected(expected).actual(image.text)
        })
        .collect()
}
