//! SEV-SNP evidence: on its own, or as a part of a service's bundle.

use super::files::Amd;
use super::parse::{Report, fields};
use super::verify::{self, VerifiedSnp};
use super::{appraise, wanted};
use crate::error::Error;
use crate::finding::compared::Comparers;
use crate::finding::{LinkId, to_blame};
use crate::formats::snp::policy::ForSnp;
use crate::piece::Piece;
use crate::report::{
    DebugFlag, Draft, EvidenceItem, Fact, Part, RootOfTrust, Subject, certificate,
};
use crate::time::UnixTime;

/// What one report with its endorsements shows.
pub(crate) struct Examined<'a> {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedSnp<'a>>,
}

/// A raw report.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForSnp,
    now: UnixTime,
) -> Result<Draft, Error> {
    let examined = report(bytes, &Amd::of(beside), policy, Comparers::POLICY, now)?;
    let subject = Subject::of("snp-report", input);
    Ok(Draft { part: examined.part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

/// Verifies and appraises a report with AMD's certificates and lists at hand.
pub(crate) fn report<'a>(
    bytes: &'a [u8],
    amd: &Amd<'a>,
    policy: &dyn ForSnp,
    compared: Comparers,
    now: UnixTime,
) -> Result<Examined<'a>, Error> {
    let report = Report::parse(bytes)?;
    let endorsements = amd.choose(&report, policy.anchors());
    let product = verify::product(&report, endorsements.vek.as_ref());
    let examined = verify::verify(&report, &endorsements, policy.anchors(), now);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            let report = verified.report();
            part.findings.extend(appraise::appraise(verified, policy.snp(), compared, now));
            part.claims = appraise::claims(verified);
            part.facts.add(Fact::SnpMeasurement(report.measurement));
            part.facts.add(Fact::ReportData(report.report_data));
            part.flags.debug = match report.policy.bit(19) {
                true => DebugFlag::On,
                false => DebugFlag::Off,
            };
        }
        None => part.findings.extend(appraise::blocked(to_blame(&part.findings))),
    }
    part.evidence.push(EvidenceItem::new(
        "snp-report",
        "snp-report",
        LinkId::Report,
        bytes,
        fields(&report, product),
    ));
    if let Some(vek) = &endorsements.vek {
        part.evidence.push(certificate("vek", LinkId::Chip, &vek.cert));
    }
    if let Some(product) = product {
        let intermediate = endorsements.intermediate.as_ref();
        let anchor = verify::anchor(product, policy.anchors(), intermediate);
        if let Some(ask) = verify::intermediate(&anchor, &endorsements) {
            part.evidence.push(certificate("amd-intermediate", LinkId::HardwareRoot, &ask));
        }
        part.evidence.push(certificate("amd-root", LinkId::HardwareRoot, &anchor.root()?));
    }
    for (index, crl) in endorsements.crls.iter().enumerate() {
        let (id, link) = (verify::crl_evidence(index), LinkId::HardwareRoot);
        part.evidence.push(EvidenceItem::new(id, "crl", link, crl.der(), Vec::new()));
    }
    part.wanted = wanted::amd(&report, product, &endorsements, policy.roots());
    Ok(Examined { part, verified: examined.verified })
}
