//! S1, S2 and S7: the report's form, the key it names and its signature.

use super::chain::kind;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::{Finding, Value, Why};
use crate::formats::snp::checks;
use crate::formats::snp::parse::amd::Vek;
use crate::formats::snp::parse::place::{self, REPORT};
use crate::formats::snp::parse::{Report, SigningKey, Version};

/// SIGNATURE_ALGO: ECDSA P-384 with SHA-384 (56860, "Encoding for the Signature Algorithm").
const ECDSA_P384_SHA384: u32 = 1;

pub(super) fn examine(report: &Report<'_>, vek: Option<&Vek<'_>>) -> Vec<Finding> {
    vec![version(report), algorithm(report), signing_key(report, vek), signature(report, vek)]
}

/// An unknown version never gets here: it is an error of the parser.
fn version(report: &Report<'_>) -> Finding {
    let check = &checks::SNP_REPORT_VERSION;
    match report.version {
        Version::V2 => Finding::warn(check, "no-cpuid"),
        Version::V3 | Version::V4 | Version::V5 => Finding::pass(check),
    }
    .expected("3, 4 or 5")
    .actual(Value::number(report.version.number()))
    .at(REPORT, 0, 4)
}

fn algorithm(report: &Report<'_>) -> Finding {
    let actual = report.signature_algorithm;
    Finding::test(&checks::SNP_REPORT_ALGORITHM, actual == ECDSA_P384_SHA384, "unsupported")
        .expected(Value::number(ECDSA_P384_SHA384))
        .actual(Value::number(actual))
        .within(REPORT, place::SIGNATURE_ALGO)
}

/// S2: the key the report says it is signed with is the kind of key that is at hand.
fn signing_key(report: &Report<'_>, vek: Option<&Vek<'_>>) -> Finding {
    let check = &checks::SNP_REPORT_SIGNING_KEY;
    let named = report.key_info.signing_key();
    let supplied = vek.and_then(|vek| kind(&vek.cert));
    let finding = match (named, supplied) {
        _ if report.key_info.masks_chip_key() => Finding::fail(check, "masked"),
        (SigningKey::None | SigningKey::Reserved(_), _) => Finding::fail(check, "unsupported"),
        (_, None) if vek.is_none() => Finding::unknown(check, Why::NotFetched),
        (_, None) => Finding::blocked(check, &checks::SNP_VEK_ROLE),
        (named, Some(supplied)) => Finding::test(check, named == supplied, "not-equal"),
    };
    let finding = match supplied {
        Some(supplied) => finding.expected(supplied.to_string()),
        None => finding,
    };
    finding.actual(named.to_string()).within(REPORT, place::KEY_INFO)
}

/// S7: the signature covers the received bytes 0 to 0x29F. Everything after S must be zero, since
/// nothing signs it.
fn signature(report: &Report<'_>, vek: Option<&Vek<'_>>) -> Finding {
    let check = &checks::SNP_REPORT_SIGNATURE;
    let Some(vek) = vek else { return Finding::unknown(check, Why::NotFetched) };
    let span = Report::SIGNED;
    let finding = if report.signature_algorithm != ECDSA_P384_SHA384 {
        Finding::blocked(check, &checks::SNP_REPORT_ALGORITHM)
    } else if !report.signature_tail_is_zero() {
        Finding::fail(check, "malformed")
    } else if let Some(signature) = report.signature() {
        Finding::test(check, holds(report, vek, &signature), "bad-signature")
    } else {
        Finding::fail(check, "malformed")
    };
    finding.expected(vek.cert.subject()).within(REPORT, span)
}

/// Whether the key of `vek` signed `report`.
pub(super) fn is_signed_by(report: &Report<'_>, vek: &Vek<'_>) -> bool {
    report.signature().is_some_and(|signature| holds(report, vek, &signature))
}

fn holds(report: &Report<'_>, vek: &Vek<'_>, signature: &[u8]) -> bool {
    let algorithm = Algorithm::EcdsaP384(Hash::Sha384);
    let message = Message::Bytes(report.signed());
    let signature = Signature::Concatenated(signature);
    crypto::verify(algorithm, vek.cert.public_key(), message, signature).is_ok()
}
