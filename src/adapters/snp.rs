//! SEV-SNP evidence: on its own, or as a part of a service's bundle.

use std::borrow::Cow;

use super::collateral::Collateral;
use crate::appraise::{self, Comparers};
use crate::digest::Sha256;
use crate::endorsements::amd::Vek;
use crate::error::Error;
use crate::evidence::Field;
use crate::evidence::snp::{Report, fields};
use crate::finding::{Check, Finding, LinkId, Outcome, Tier, Value, Why, checks};
use crate::pki::Cert;
use crate::plan;
use crate::policy::Policy;
use crate::report::{DebugFlag, Draft, EvidenceItem, Flags, Part, RootOfTrust, Subject, Wanted};
use crate::time::UnixTime;
use crate::verify::snp::{self as verify, VerifiedSnp};

/// The findings about one report with its endorsements, and everything to show beside them.
pub(super) struct Examined<'a> {
    pub(super) findings: Vec<Finding>,
    pub(super) verified: Option<VerifiedSnp<'a>>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) debug: DebugFlag,
}

/// A raw report.
pub(super) fn examine(
    input: &[u8],
    bytes: &[u8],
    collateral: &Collateral,
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let examined = report(bytes, None, collateral, policy, Comparers::POLICY, now)?;
    let subject =
        Subject { kind: "snp-report", name: None, sha256: Sha256::of(input), len: input.len() };
    Ok(Draft {
        part: Part {
            claims: examined.verified.as_ref().map(appraise::snp::claims).unwrap_or_default(),
            flags: Flags { debug: examined.debug, ..Flags::UNKNOWN },
            findings: examined.findings,
            evidence: examined.evidence,
            wanted: examined.wanted,
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CpuVendor)
    })
}

/// Verifies and appraises a report with the certificate that came with it, if any.
pub(super) fn report<'a>(
    bytes: &'a [u8],
    vek: Option<Vek<'a>>,
    collateral: &'a Collateral,
    policy: &Policy,
    compared: Comparers,
    now: UnixTime,
) -> Result<Examined<'a>, Error> {
    let report = Report::parse(bytes)?;
    let endorsements = collateral.amd(&report, vek)?;
    let product = verify::product(&report, endorsements.vek.as_ref());
    let examined = verify::verify(&report, &endorsements, policy.roots, now);
    let mut findings = examined.findings;
    let debug = match &examined.verified {
        Some(verified) if verified.report().policy.bit(19) => DebugFlag::On,
        Some(_) => DebugFlag::Off,
        None => DebugFlag::Unknown,
    };
    match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::snp::appraise(verified, &policy.snp, compared, now));
        }
        None => findings.extend(appraise::snp::blocked(to_blame(&findings))),
    }
    let mut evidence = vec![EvidenceItem::new(
        "snp-report",
        "snp-report",
        LinkId::Report,
        bytes,
        fields(&report, product),
    )];
    if let Some(vek) = &endorsements.vek {
        evidence.push(certificate("vek", LinkId::Chip, &vek.cert));
    }
    if let Some(product) = product {
        let anchor = verify::anchor(product, policy.roots);
        if let Some(ask) = verify::intermediate(anchor, &endorsements) {
            evidence.push(certificate("amd-intermediate", LinkId::HardwareRoot, &ask));
        }
        evidence.push(certificate("amd-root", LinkId::HardwareRoot, &anchor.root()?));
    }
    for (index, crl) in endorsements.crls.iter().enumerate() {
        let (id, link) = (verify::crl_evidence(index), LinkId::HardwareRoot);
        evidence.push(EvidenceItem::new(id, "crl", link, crl.der(), Vec::new()));
    }
    let wanted = plan::amd(&report, product, &endorsements, policy.roots);
    Ok(Examined { findings, verified: examined.verified, evidence, wanted, debug })
}

/// The first check about authenticity that was not passed: what blocks everything after it.
pub(super) fn to_blame(findings: &[Finding]) -> &'static Check {
    let open = |finding: &&Finding| {
        finding.check.tier == Tier::Authenticity
            && matches!(
                finding.outcome,
                Outcome::Fail(_)
                    | Outcome::Unknown(Why::NotFetched | Why::NotPublished | Why::NotSupported)
            )
    };
    let failed = findings.iter().find(|f| open(f) && matches!(f.outcome, Outcome::Fail(_)));
    failed
        .or_else(|| findings.iter().find(open))
        .map_or(&checks::SNP_REPORT_SIGNATURE, |finding| finding.check)
}

/// A certificate as a piece of evidence.
pub(super) fn certificate(
    id: impl Into<Cow<'static, str>>,
    link: LinkId,
    cert: &Cert<'_>,
) -> EvidenceItem {
    const BASIS: &str = "RFC 5280 section 4.1";
    let mut fields = Vec::new();
    let mut field = |name: &'static str, part: &[u8], value: Value| {
        if let Some(span) = cert.span_of(part) {
            fields.push(Field { name: name.into(), span, value, basis: BASIS });
        }
    };
    field("tbsCertificate", cert.tbs(), Value::text(cert.subject()));
    field("serialNumber", cert.serial(), Value::hex(cert.serial()));
    field("subjectPublicKeyInfo", cert.spki(), Value::hex(Sha256::of(cert.spki()).0));
    field("signature", cert.signature(), Value::text(cert.algorithm().to_string()));
    EvidenceItem::new(id, "x509", link, cert.der(), fields)
}
