//! Evidence of an Azure confidential VM, put together.

use super::parse::{Evidence, Hardware, HclReport, Processor};
use super::verify::{Verified, VerifiedAzure};
use super::{appraise as appraisal, checks, verify};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Examined, Finding, LinkId, Value, Why, to_blame};
use crate::formats::azure::policy::ForAzure;
use crate::formats::intel::parse::{Quote, Tee};
use crate::formats::intel::verify::VerifiedQuote;
use crate::formats::snp::files::Amd;
use crate::formats::snp::parse::amd::Vek;
use crate::formats::{eventlog, intel, snp};
use crate::piece::Piece;
use crate::pki::Cert;
use crate::report::{Draft, EvidenceItem, Freshness, Part, RootOfTrust, Subject, certificate};
use crate::span::Span;
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
    match (&evidence.processor, hcl.hardware) {
        (Processor::Snp(vcek), Hardware::Snp(report)) => {
            Vek::parse(vcek)?;
            let mut amd = Amd::of(beside);
            amd.add("vcek", vcek);
            let processor = snp::examine::report(report, &amd, policy, appraisal::COMPARERS, now)
                .map_err(|error| error.shifted(HclReport::HARDWARE_AT))?;
            let mut part = processor.part;
            let report = processor.verified.as_ref();
            let report = report.ok_or_else(|| to_blame(&part.findings));
            let measured = report.map(|report| report.report().measurement);
            part.findings.push(appraisal::paravisor(measured, &policy.snp().measurements));
            let examined =
                verify::verify(evidence, &hcl, Verified::Snp(report), policy.anchors(), now);
            Ok(finish("azure-snp-evidence", input, part, &examined, evidence, &hcl, policy))
        }
        (Processor::Tdx(quote), Hardware::Tdx(_)) => {
            let quote = Quote::parse(quote)?;
            if quote.tee != Tee::Tdx {
                let at = Span::new(0, quote.bytes.len());
                return Err(Error::unsupported("Azure evidence, td_quote", quote.tee.name(), at));
            }
            let files = intel::examine::Beside::of(beside);
            let processor =
                intel::examine::quoted(&quote, &files, policy, appraisal::COMPARERS, now);
            let mut part = processor.part;
            let quote = processor.verified.as_ref();
            let quote = quote.ok_or_else(|| to_blame(&part.findings));
            let measured = quote.map(VerifiedQuote::quote);
            part.findings.push(appraisal::paravisor_of(measured, &policy.dcap().tdx));
            let examined =
                verify::verify(evidence, &hcl, Verified::Tdx(quote), policy.anchors(), now);
            Ok(finish("azure-tdx-evidence", input, part, &examined, evidence, &hcl, policy))
        }
        _ => {
            let at = Span::new(0, hcl.bytes.len());
            let why = "the paravisor's report is of another processor than what lies beside it";
            Err(Error::malformed("Azure evidence", at, why))
        }
    }
}

/// The draft, from what the processor showed and what the paravisor's part adds.
fn finish(
    kind: &'static str,
    input: &[u8],
    mut part: Part,
    examined: &Examined<VerifiedAzure<'_>>,
    evidence: &Evidence,
    hcl: &HclReport<'_>,
    policy: &dyn ForAzure,
) -> Draft {
    part.findings.extend(examined.findings.iter().cloned());
    if evidence.has_log {
        part.findings.push(Finding::unknown(&eventlog::checks::EVENTLOG_REPLAY, Why::NotSupported));
    }
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
    part.evidence.splice(0..0, own_evidence(evidence, hcl));
    let subject = Subject::of(kind, input).named(name);
    Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) }
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
    let mut items = vec![
        EvidenceItem::new(verify::HCL_REPORT, "hcl-report", link, hcl.bytes, vec![field]),
        EvidenceItem::new(verify::QUOTE, "tpm-quote", link, &evidence.quote, Vec::new()),
    ];
    let certs = evidence.certificates.iter().filter_map(|der| Cert::parse("certificate", der).ok());
    let numbered = certs.enumerate();
    items
        .extend(numbered.map(|(n, cert)| certificate(format!("tpm-certificate-{n}"), link, &cert)));
    items
}
