//! An envelope of CVM Attestation v1, put together.

use super::parse::{Envelope, Report, Tpm};
use super::policy::ForCvm;
use super::verify::{self, Signed};
use super::{appraise, checks};
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding, LinkId, Value, Why, to_blame};
use crate::formats::azure::parse::{Evidence, Hardware, HclReport, Processor};
use crate::formats::intel::parse::{Quote, Tee};
use crate::formats::snp::files::Amd;
use crate::formats::{azure, eventlog, gpu, intel, snp};
use crate::piece::{Piece, Role};
use crate::report::{Draft, EvidenceItem, Fact, Freshness, RootOfTrust, Subject};
use crate::span::Span;
use crate::time::UnixTime;

/// The kind of subject.
const KIND: &str = "cvm-envelope";

/// What is signed is compared with the envelope's question and key.
const COMPARERS: Comparers =
    Comparers { software: Compared::Policy, data: Compared::By(&checks::CVM_BINDING) };

/// The envelope with the files beside it, which are looked at before those in it.
pub(crate) fn examine(
    input: &[u8],
    envelope: &Envelope,
    beside: &[Piece<'_>],
    policy: &dyn ForCvm,
    now: UnixTime,
) -> Result<Draft, Error> {
    let mut pieces = beside.to_vec();
    let own = envelope.files.iter().map(|(role, bytes)| (*role, bytes.as_slice()));
    pieces.extend(own.chain(log(envelope)).map(|(role, bytes)| Piece::inside(role, KIND, bytes)));
    let mut draft = match (&envelope.report, &envelope.tpm) {
        (Report::Snp(report), Some(tpm)) => {
            let vek = envelope.files.iter().find(|(role, _)| *role == Role::AmdCertificate);
            let (_, vek) = vek.ok_or(Error::Missing { what: "the endorsement snp.vek" })?;
            let evidence = of_azure(tpm, Processor::Snp(vek.clone()));
            let mut draft = azure::examine::examine(input, &evidence, &pieces, policy, now)?;
            let kept = HclReport::parse(&tpm.hcl_report)?.hardware;
            let is_same = matches!(kept, Hardware::Snp(kept) if kept == report.as_slice());
            draft.findings.push(Finding::test(&checks::CVM_REPORT, is_same, "not-equal"));
            draft
        }
        (Report::Tdx(quote), Some(tpm)) => {
            let evidence = of_azure(tpm, Processor::Tdx(quote.clone()));
            azure::examine::examine(input, &evidence, &pieces, policy, now)?
        }
        (Report::Snp(report), None) => {
            let amd = Amd::of(&pieces);
            let part = snp::examine::report(report, &amd, policy, COMPARERS, now)?.part;
            Draft { part, ..Draft::of(Subject::of(KIND, input), RootOfTrust::CpuVendor) }
        }
        (Report::Tdx(quote), None) => {
            let quote = Quote::parse(quote)?;
            if quote.tee != Tee::Tdx {
                let whole = Span::new(0, quote.bytes.len());
                return Err(Error::unsupported("CVM envelope, quote", quote.tee.name(), whole));
            }
            let files = intel::examine::Beside::of(&pieces);
            let quoted = intel::examine::quoted(&quote, &files, policy, COMPARERS, now);
            intel::examine::finish(KIND, input, quoted, &files, policy, now)?
        }
    };
    draft.subject = Subject::of(KIND, input);
    if envelope.log.is_some() && log(envelope).is_none() {
        let check = &eventlog::checks::EVENTLOG_REPLAY;
        draft.findings.push(Finding::unknown(check, Why::NotSupported));
    }
    compare(&mut draft, envelope, policy);
    devices(&mut draft, envelope, beside, policy, now)?;
    let item = EvidenceItem::new(KIND, "json", LinkId::Report, input, Vec::new());
    draft.evidence.push(item);
    Ok(draft)
}

/// The log in the envelope, where it is of a form that is read.
fn log(envelope: &Envelope) -> Option<(Role, &[u8])> {
    let log = envelope.log.as_ref()?;
    let role = match (&envelope.report, log.format.as_str()) {
        (Report::Tdx(_), "tdx-ccel") => Role::FirmwareLog,
        (Report::Tdx(_), "dstack-json") => Role::DstackLog,
        _ => return None,
    };
    Some((role, &log.data.0))
}

fn of_azure(tpm: &Tpm, processor: Processor) -> Evidence {
    Evidence {
        quote: tpm.message.clone(),
        signature: tpm.signature.clone(),
        registers: tpm.registers.clone(),
        hcl_report: tpm.hcl_report.clone(),
        processor,
        certificates: Vec::new(),
        has_log: tpm.has_log,
    }
}

/// Holds the envelope against what verified evidence says, and the policy against the envelope.
fn compare(draft: &mut Draft, envelope: &Envelope, policy: &dyn ForCvm) {
    let by = to_blame(&draft.findings);
    let claimed = |name: &str| {
        let claim = draft.claims.iter().find(|claim| claim.name == name)?;
        match &claim.value {
            Value::Text(text) | Value::Hex(text) => Some(text.as_str()),
            _ => None,
        }
    };
    let generation = match envelope.report {
        Report::Snp(_) => claimed("snp.product"),
        Report::Tdx(_) => claimed("dcap.fmspc"),
    };
    let data = draft.facts.iter().find_map(|(_, fact)| match fact {
        Fact::ReportData(data) => Some(Signed::ReportData(data)),
        _ => None,
    });
    let signed = match envelope.binding.is_by_tpm() {
        true => claimed("tpm.extra-data").map(Signed::ExtraData),
        false => data,
    };
    let mut findings = vec![match generation {
        Some(generation) => verify::platform(envelope, generation),
        None => Finding::blocked(&checks::CVM_PLATFORM, by),
    }];
    findings.extend(match generation {
        Some(_) => verify::debugging(envelope, draft.flags.debug),
        None => envelope.is_debugged.map(|_| Finding::blocked(&checks::CVM_DEBUG, by)),
    });
    let binding = match &signed {
        Some(signed) => verify::binding(envelope, signed),
        None => Finding::blocked(&checks::CVM_BINDING, by),
    };
    let is_bound = binding.passed();
    findings.push(binding);
    findings.extend(registers(draft, envelope, signed.is_some(), by));
    match is_bound {
        true => findings.extend(appraise::appraise(envelope, policy.cvm())),
        false => findings.extend(appraise::blocked(&checks::CVM_BINDING)),
    }
    let is_asked = findings.iter().any(|own| *own.check == checks::CVM_NONCE && own.passed());
    draft.findings.extend(findings);
    if is_bound {
        draft.claims.extend(appraise::claims(envelope));
        draft.flags.freshness = match draft.flags.freshness {
            Freshness::Challenge => Freshness::Challenge,
            _ if is_asked => Freshness::Challenge,
            _ => Freshness::Given,
        };
    }
}

/// The registers that the envelope states, of the processor and of the TPM.
fn registers(
    draft: &Draft,
    envelope: &Envelope,
    is_verified: bool,
    by: &'static Check,
) -> Vec<Finding> {
    let check = &checks::CVM_REGISTERS;
    let mut findings = Vec::new();
    if !envelope.registers.is_empty() {
        let rtmrs = draft.facts.iter().find_map(|(_, fact)| match fact {
            Fact::Rtmr(rtmrs) => Some(rtmrs.map(|rtmr| rtmr.0)),
            _ => None,
        });
        findings.push(match (rtmrs, &envelope.report) {
            (Some(rtmrs), _) => verify::registers(&envelope.registers, verify::RTMR, &rtmrs),
            (None, Report::Tdx(_)) => Finding::blocked(check, by),
            (None, Report::Snp(_)) => Finding::unknown(check, Why::NotSupported),
        });
    }
    if let Some(tpm) = &envelope.tpm {
        let finding = match is_verified {
            true => verify::registers(&tpm.stated, verify::PCR, &tpm.registers),
            false => Finding::blocked(check, by),
        };
        findings.push(finding.part("vtpm"));
    }
    findings
}

/// What each device in the envelope shows, and whether it answers the envelope's question.
fn devices(
    draft: &mut Draft,
    envelope: &Envelope,
    beside: &[Piece<'_>],
    policy: &dyn ForCvm,
    now: UnixTime,
) -> Result<(), Error> {
    let beside = gpu::examine::Beside::of(beside);
    for (number, device) in (1_u32..).zip(&envelope.devices) {
        let (report, ders) = gpu::examine::decoded(&device.answer)?;
        let gpu::examine::Examined { part, nonce } =
            gpu::examine::report(report, &ders, &beside, policy, now)?;
        let answered = nonce.ok_or_else(|| to_blame(&part.findings));
        let name = format!("device {number}");
        let finding = verify::device(&envelope.nonce, device.is_switch, answered);
        draft.findings.push(finding.part(name.clone()));
        draft.part.absorb(part.named(&name));
    }
    Ok(())
}
