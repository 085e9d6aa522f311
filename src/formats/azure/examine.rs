//! Evidence of an Azure confidential VM, put together.

use super::parse::{Evidence, HclReport};
use super::{appraise as appraisal, checks, verify};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{LinkId, Value, to_blame};
use crate::formats::azure::policy::ForAzure;
use crate::formats::snp;
use crate::formats::snp::files::Amd;
use crate::formats::snp::parse::amd::Vek;
use crate::piece::Piece;
use crate::report::{Draft, EvidenceItem, Freshness, RootOfTrust, Subject};
use crate::time::UnixTime;
use crate::wire::Field;

/// The evidence with the files beside it.
pub(crate) fn examine(
    input: &[u8],
    evidence: &Evidence,
    beside: &[Piece<'_>],
    policy: &dyn ForAzure,
    now: UnixTime,
) -> Result<Draft, Error> {
    let hcl = HclReport::parse(&evidence.hcl_report)?;
    Vek::parse(&evidence.vcek)?;
    let mut amd = Amd::of(beside);
    amd.add("vcek", &evidence.vcek);
    let processor = snp::examine::report(hcl.snp, &amd, policy, appraisal::COMPARERS, now)
        .map_err(|error| error.shifted(HclReport::SNP_AT))?;
    let mut part = processor.part;
    let report = processor.verified.as_ref();
    let examined = verify::verify(evidence, &hcl, report.ok_or_else(|| to_blame(&part.findings)));
    let measured = report.map(|report| report.report().measurement);
    let measured = measured.ok_or_else(|| to_blame(&part.findings));
    part.findings.push(appraisal::paravisor(measured, &policy.snp().measurements));
    part.findings.extend(examined.findings);
    let mut name = None;
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraisal::appraise(verified, policy.azure()));
            part.claims.extend(appraisal::claims(verified));
            name = hcl.said.configuration.machine.clone();
            part.flags.freshness = match part.passed(&checks::AZURE_NONCE) {
                true => Freshness::Challenge,
                false => Freshness::Cached,
            };
        }
        None => {
            let blame = to_blame(&part.findings);
            part.findings.extend(appraisal::blocked(blame));
        }
    }
    part.evidence.splice(0..0, own_evidence(evidence, &hcl));
    let subject = Subject::of("azure-snp-evidence", input).named(name);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

fn own_evidence(evidence: &Evidence, hcl: &HclReport<'_>) -> Vec<EvidenceItem> {
    let (runtime, span) = hcl.runtime;
    let field = Field {
        name: "runtime data".into(),
        span,
        value: Value::hex(Sha256::of(runtime).0),
        basis: "OpenHCL attestation report",
    };
    let link = LinkId::Report;
    vec![
        EvidenceItem::new(verify::HCL_REPORT, "hcl-report", link, hcl.bytes, vec![field]),
        EvidenceItem::new(verify::QUOTE, "tpm-quote", link, &evidence.quote, Vec::new()),
    ]
}
