//! Tinfoil's signed statement against the verified report: is the machine the one that was built?

pub(crate) mod tls;

use crate::builds::image::reference::{ImageReferences, Pin};
use crate::builds::provenance;
use crate::builds::sigstore::parse::Statement;
use crate::digest::Sha384;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::snp::parse::place;
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::{PREDICATE_TYPE, Predicate, image_references};

const PAYLOAD: &str = "dsse-payload";

/// Appraises a verified statement. `measurement` is the verified report's, or `None` with the
/// check that is to blame. A statement of another type says nothing in Tinfoil's terms, whatever
/// members it has.
pub(crate) fn appraise(
    statement: &Statement,
    payload: &[u8],
    claimed_digest: &str,
    measurement: Result<Sha384, &'static Check>,
) -> Vec<Finding> {
    let mut findings = vec![digest(statement, claimed_digest)];
    if statement.predicate_type() != PREDICATE_TYPE {
        let by = &provenance::checks::PROVENANCE_PREDICATE_TYPE;
        findings
            .extend(checks::FROM_STATEMENT.iter().skip(1).map(|check| Finding::blocked(check, by)));
        return findings;
    }
    match Predicate::parse(payload) {
        Ok(predicate) => {
            findings.push(self::measurement(&predicate, measurement));
            findings.push(Finding::unknown(&checks::TINFOIL_RECOMPUTED, Why::NotSupported));
            findings.push(config(&predicate));
            findings.push(vm_image(&predicate));
            findings.extend(containers(&predicate));
        }
        Err(error) => findings.extend(checks::FROM_STATEMENT.iter().skip(1).map(|check| {
            if *check == &checks::TINFOIL_RECOMPUTED {
                return Finding::unknown(check, Why::NotSupported);
            }
            Finding::fail(check, "malformed").actual(error.to_string()).at(
                PAYLOAD,
                0,
                payload.len(),
            )
        })),
    }
    findings
}

/// The digest that the bundle states is a subject of the signed statement.
fn digest(statement: &Statement, claimed: &str) -> Finding {
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
