//! EigenCompute's bound evidence: a processor's report and a virtual TPM's quotes, tied to each
//! other and to a challenge.
//!
//! Shown, when every check passes: Intel or AMD vouches for the processor, whose report names the
//! challenge and the TPM's key; Google vouches for the TPM; the TPM signed the challenge with the
//! platform's name. On TDX the launcher's log extends to the processor's own register. On SEV-SNP
//! it extends to the TPM's, so the container is Google's word. So is the kernel's command line: the
//! firmware's log in the evidence is the TPM's, and a TDX guest's own registers of the boot, RTMR0
//! to RTMR2, are compared with nothing unless the machine's CCEL log is handed in beside it. Without
//! a processor's report Google is the root of trust and the level A2. The chain ends at the
//! container's digest: who built it is not in this evidence. Arguments and environment of the
//! container are shown as they were measured, whatever the operator put into them.

use std::borrow::Cow;

use super::dcap::{self, Files};
use super::snp::to_blame;
use super::{collateral, snp, tpm};
use crate::appraise::{self, eigencompute as appraisal, eigencompute::Logs};
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::dcap::Quote;
use crate::evidence::eigencompute::{BoundEvidence, quote, report};
use crate::evidence::eventlog::{Register, cel};
use crate::evidence::tpm::{Attestation, TeePart};
use crate::finding::{Check, Finding, Outcome, Value, Why, checks};
use crate::policy::{HexBytes, Policy};
use crate::report::{
    Claim, DebugFlag, Draft, EvidenceItem, Flags, Freshness, RootOfTrust, Subject, Wanted,
};
use crate::time::UnixTime;
use crate::verify::eigencompute as verify;
use crate::verify::eventlog::VerifiedLog;
use crate::verify::tpm::VerifiedTpm;

/// What the processor's report adds.
struct Processor {
    findings: Vec<Finding>,
    claims: Vec<Claim>,
    evidence: Vec<EvidenceItem>,
    wanted: Vec<Wanted>,
    debug: DebugFlag,
    /// report_data, once the report is verified.
    report_data: Option<Vec<u8>>,
    /// The logs that extend to registers of the processor.
    logs: Vec<VerifiedLog>,
    /// Whether it has registers, and a log of its boot came along.
    boot: Boot,
}

/// What came along about the processor's own registers of the boot.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Boot {
    #[default]
    NoRegisters,
    NoLog,
    Log,
}

/// Bound evidence in either form.
pub(super) fn examine(
    input: &[u8],
    evidence: &BoundEvidence,
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let own = policy.eigencompute.challenge.as_ref().map(|HexBytes(own)| own);
    let evidence = &asked_with(evidence, own);
    let attestation = Attestation::parse(&evidence.attestation)?;
    let (lists, beside): (Vec<&[u8]>, Vec<&[u8]>) =
        files.iter().copied().partition(|file| tpm::is_list(file));
    let (beside_tpm, files) =
        if attestation.tee.is_some() { (&*lists, &*beside) } else { (files, files) };
    let machine = tpm::quotes(&attestation, &evidence.attestation, beside_tpm, policy, now)?;
    let processor = match attestation.tee {
        Some(TeePart::Tdx(part)) => Some(tdx(part, &attestation, files, policy, now)?),
        Some(TeePart::SevSnp(part)) => Some(sev_snp(part, files, policy, now)?),
        None => None,
    };
    let blame = to_blame(&machine.findings);
    let mut findings = machine.findings;
    let (mut claims, mut items) = (machine.claims, machine.evidence);
    let mut wanted = machine.wanted;
    findings.push(match &machine.verified {
        Some(verified) => match (own, &evidence.challenge) {
            (Some(own), Some(given)) if own != given => {
                Finding::fail(&checks::EIGEN_CHALLENGE, "not-yours")
                    .expected(Value::hex(own))
                    .actual(Value::hex(given))
            }
            _ => verify::challenge(evidence, verified.extra_data()),
        },
        None => Finding::blocked(&checks::EIGEN_CHALLENGE, blame),
    });
    findings.push(launch_registers(&attestation, machine.verified.as_ref(), blame)?);
    let mut flags = Flags::UNKNOWN;
    let (mut own_logs, mut own_boot) = (Vec::new(), Boot::default());
    match processor {
        None => {
            findings.push(appraise::tpm::provider());
            findings.push(Finding::unknown(&checks::EIGEN_REPORT_DATA, Why::NotApplicable));
        }
        Some(processor) => {
            findings.push(match (&machine.verified, &processor.report_data) {
                (Some(tpm), Some(data)) => verify::report_data(evidence, tpm.spki(), data),
                (None, _) => Finding::blocked(&checks::EIGEN_REPORT_DATA, blame),
                (_, None) => {
                    Finding::blocked(&checks::EIGEN_REPORT_DATA, to_blame(&processor.findings))
                }
            });
            findings.extend(processor.findings);
            claims.extend(processor.claims);
            items.extend(processor.evidence);
            wanted.extend(processor.wanted);
            flags.debug = processor.debug;
            (own_logs, own_boot) = (processor.logs, processor.boot);
        }
    }
    let extends_to = |register| {
        let own = |log: &&VerifiedLog| log.registers().iter().any(|(known, _)| *known == register);
        own_logs.iter().find(own)
    };
    let launch = machine.launch.as_ref().or_else(|| extends_to(Register::Rtmr(3)));
    let logs = Logs {
        boot: machine.log.as_ref(),
        processor: match (own_boot, extends_to(Register::Rtmr(2))) {
            (Boot::NoRegisters, _) => appraisal::Processor::NoRegisters,
            (Boot::NoLog, _) => appraisal::Processor::NoLog,
            (Boot::Log, None) => appraisal::Processor::OtherLog,
            (Boot::Log, Some(log)) => appraisal::Processor::Log(log),
        },
        launch: launch.ok_or(match attestation.canonical_log {
            ([], _) => Why::NotPublished,
            _ => Why::Blocked { by: &checks::EVENTLOG_REPLAY },
        }),
    };
    findings.extend(match &machine.verified {
        Some(tpm) => appraisal::appraise(evidence.platform, tpm, logs, &policy.eigencompute),
        None => appraisal::blocked(blame),
    });
    compared_elsewhere(&mut findings);
    let answer = findings.iter().find(|finding| *finding.check == checks::EIGEN_CHALLENGE);
    if answer.is_some_and(|answer| matches!(answer.outcome, Outcome::Pass | Outcome::Warn(_))) {
        claims.extend(appraisal::claims(&evidence.extra_data));
    }
    if answer.is_some_and(Finding::passed) {
        flags.freshness = match own {
            Some(_) => Freshness::Challenge,
            None => Freshness::Given,
        };
    }
    if findings.iter().any(|f| {
        *f.check == checks::EIGEN_HARDENED
            && matches!(f.outcome, Outcome::Fail(_) | Outcome::Warn(_))
    }) {
        flags.debug = DebugFlag::On;
    }
    flags.overrides = tpm::overrides(launch);
    let root = match attestation.tee {
        Some(_) => RootOfTrust::CpuVendor,
        None => RootOfTrust::CloudProvider,
    };
    let name = machine.verified.as_ref().map(|verified| verified.subject().to_owned());
    let subject = Subject {
        kind: "eigencompute-evidence",
        name,
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft { findings, claims, evidence: items, wanted, flags, ..Draft::of(subject, root) })
}

/// The evidence with the reader's own challenge, where none came along.
fn asked_with<'e>(evidence: &'e BoundEvidence, own: Option<&Vec<u8>>) -> Cow<'e, BoundEvidence> {
    match (&evidence.challenge, own) {
        (None, Some(own)) => {
            Cow::Owned(BoundEvidence { challenge: Some(own.clone()), ..evidence.clone() })
        }
        _ => Cow::Borrowed(evidence),
    }
}

/// A TDX quote, with the launcher's log beside it.
fn tdx(
    part: &[u8],
    attestation: &Attestation<'_>,
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Processor, Error> {
    let raw = quote(part)?;
    let quote = Quote::parse(&raw)?;
    let (log, _) = attestation.canonical_log;
    let mut files = Files::of(files)?;
    if !log.is_empty() {
        files.supply_launch_log(log)?;
    }
    let mut examined = dcap::quoted(&quote, &files, policy, now)?;
    let logs = std::mem::take(&mut examined.logs);
    let verified = examined.verified.as_ref();
    let report_data = verified.map(|verified| verified.quote().body.report_data().to_vec());
    let draft = dcap::finish("eigencompute-evidence", &raw, examined, &files, policy, now)?;
    Ok(Processor {
        findings: draft.findings,
        claims: draft.claims,
        evidence: draft.evidence,
        wanted: draft.wanted,
        debug: draft.flags.debug,
        report_data,
        logs,
        boot: if files.tcg.is_some() { Boot::Log } else { Boot::NoLog },
    })
}

/// An SEV-SNP report with the certificates that came along and beside it.
fn sev_snp(
    part: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Processor, Error> {
    let part = report(part)?;
    let ders: Vec<&[u8]> =
        part.certificates.iter().map(Vec::as_slice).chain(files.iter().copied()).collect();
    let collateral = collateral::decode(&ders)?;
    let examined = snp::report(&part.report, None, &collateral, policy, now)?;
    let verified = examined.verified.as_ref();
    Ok(Processor {
        claims: verified.map(appraise::snp::claims).unwrap_or_default(),
        report_data: verified.map(|verified| verified.report().report_data.to_vec()),
        findings: examined.findings,
        evidence: examined.evidence,
        wanted: examined.wanted,
        debug: examined.debug,
        logs: Vec::new(),
        boot: Boot::NoRegisters,
    })
}

/// Whether the launcher's log extends to the TPM's register in every bank, whatever register of the
/// processor it extends to besides.
fn launch_registers(
    attestation: &Attestation<'_>,
    tpm: Option<&VerifiedTpm>,
    blame: &'static Check,
) -> Result<Finding, Error> {
    let (log, at) = attestation.canonical_log;
    match tpm {
        None => Ok(Finding::blocked(&checks::EIGEN_REGISTERS, blame)),
        Some(tpm) => {
            let log = cel::Log::parse(log).map_err(|error| error.shifted(at.start))?;
            Ok(verify::registers(&log, tpm))
        }
    }
}

/// REPORT_DATA has a check of its own here; the general ones, when the policy has no value for
/// them, would only say that nothing was compared.
pub(super) fn compared_elsewhere(findings: &mut [Finding]) {
    for finding in findings {
        let open =
            matches!(finding.outcome, Outcome::Warn(_) | Outcome::Unknown(Why::NotPublished));
        let general =
            [&checks::SNP_REPORT_DATA, &checks::DCAP_REPORT_DATA].contains(&finding.check);
        if general && open {
            finding.outcome = Outcome::Unknown(Why::NotApplicable);
        }
    }
}
