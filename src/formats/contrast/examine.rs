//! Contrast's manifest among the files beside one machine's report or quote.

use super::appraise;
use super::parse::Manifest;
use crate::finding::{Finding, LinkId, Value, to_blame};
use crate::formats::intel::parse::{Body, Quote};
use crate::formats::snp::parse::{Product, Report};
use crate::piece::{self, Piece, Role};
use crate::report::{Draft, EvidenceItem, Fact};

/// What a manifest on its own is for.
pub(crate) const ALONE: &str = "it is a manifest of Contrast, which nobody signed and which says \
                                nothing about one machine; give it beside the report or quote of \
                                a machine";

/// Compares the report in `draft`, whose bytes are `report`, with a manifest beside it.
pub(crate) fn report(mut draft: Draft, report: &[u8], beside: &[Piece<'_>]) -> Draft {
    let product = draft.claims.iter().find(|claim| claim.name == "snp.product");
    let product = product.and_then(|claim| match &claim.value {
        Value::Text(name) => Product::of_name(name),
        _ => None,
    });
    let is_verified = draft.facts.iter().any(|(_, fact)| matches!(fact, Fact::SnpMeasurement(_)));
    let report = Report::parse(report).ok().filter(|_| is_verified).zip(product);
    compare(&mut draft, beside, |manifest| {
        report.as_ref().map(|(report, product)| appraise::snp(report, *product, manifest))
    });
    draft
}

/// The same for a quote.
pub(crate) fn quote(mut draft: Draft, quote: &[u8], beside: &[Piece<'_>]) -> Draft {
    let is_verified = draft.facts.iter().any(|(_, fact)| matches!(fact, Fact::Mrtd(_)));
    let quote = Quote::parse(quote).ok();
    compare(&mut draft, beside, |manifest| match quote.as_ref().map(|own| (own, &own.body)) {
        Some((quote, Body::Td(report))) if is_verified => {
            Some(appraise::tdx(quote, report, manifest))
        }
        _ => None,
    });
    draft
}

/// Takes the first manifest whose entries have the measurement, or else the first that can be read.
fn compare(
    draft: &mut Draft,
    beside: &[Piece<'_>],
    compared: impl Fn(&Manifest) -> Option<Vec<Finding>>,
) {
    let mut chosen: Option<(Piece<'_>, Vec<Finding>)> = None;
    for piece in piece::of(beside, &[Role::ContrastManifest]) {
        let Ok(manifest) = Manifest::parse(piece.bytes) else {
            piece.unreadable();
            continue;
        };
        let findings =
            compared(&manifest).unwrap_or_else(|| appraise::blocked(to_blame(&draft.findings)));
        let covers = findings.first().is_some_and(Finding::passed);
        if covers || chosen.is_none() {
            chosen = Some((piece, findings));
        }
        if covers {
            break;
        }
    }
    let Some((piece, findings)) = chosen else { return };
    piece.used();
    draft.findings.extend(findings);
    let (name, link) = ("contrast-manifest", LinkId::Measurements);
    draft.evidence.push(EvidenceItem::new(name, "json", link, piece.bytes, Vec::new()));
}
