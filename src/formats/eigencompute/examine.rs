//! EigenCompute's bound evidence, put together: with a processor's report in it, or with the TPM
//! alone.

use std::borrow::Cow;

use super::appraise::{self as appraisal, Logs};
use super::parse::{BoundEvidence, SnpPart, quote, report};
use super::{checks, verify};
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding, Outcome, Value, Why, to_blame};
use crate::formats::eigencompute::policy::ForEigencompute;
use crate::formats::eventlog::examine::Kind;
use crate::formats::eventlog::parse::Register;
use crate::formats::eventlog::verify::VerifiedLog;
use crate::formats::intel::examine::Beside;
use crate::formats::intel::parse::{Body, Quote};
use crate::formats::launch::measured::Measured;
use crate::formats::nitro::policy::HexBytes;
use crate::formats::snp::files::Amd;
use crate::formats::tpm::parse::{Attestation, TeePart};
use crate::formats::tpm::verify::VerifiedTpm;
use crate::formats::{eventlog, intel, snp, tpm};
use crate::piece::Piece;
use crate::report::{DebugFlag, Draft, Fact, Freshness, Part, RootOfTrust, Subject};
use crate::time::UnixTime;

/// Bound evidence in either form.
pub(crate) fn examine(
    input: &[u8],
    evidence: &BoundEvidence,
    beside: &[Piece<'_>],
    policy: &dyn ForEigencompute,
    now: UnixTime,
) -> Result<Draft, Error> {
    let evidence = &asked_with(evidence, own_challenge(policy));
    let attestation = Attestation::parse(&evidence.attestation)?;
    let by_policy = Compared::Policy;
    let processor = match attestation.tee {
        Some(TeePart::Tdx(part)) => {
            Some(tdx(part, &attestation, Beside::of(beside), policy, by_policy, now)?)
        }
        Some(TeePart::SevSnp(part)) => {
            let part = report(part)?;
            Some(sev_snp(&part, &endorsements(&part, beside), policy, by_policy, now)?)
        }
        None => None,
    };
    let root = match attestation.tee {
        Some(_) => RootOfTrust::CpuVendor,
        None => RootOfTrust::CloudProvider,
    };
    let bound = bound(evidence, &attestation, processor, beside, policy, by_policy, now);
    let subject = Subject::of("eigencompute-evidence", input)
        .named(bound.tpm.as_ref().map(|verified| verified.subject().to_owned()));
    Ok(Draft { part: bound.part, ..Draft::of(subject, root) })
}

/// The challenge that the policy names.
fn own_challenge(policy: &dyn ForEigencompute) -> Option<&Vec<u8>> {
    policy.eigencompute().challenge.as_ref().map(|HexBytes(own)| own)
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

/// What the processor's report adds.
pub(crate) struct Processor {
    part: Part,
    /// report_data, or the check that is to blame.
    report_data: Result<Vec<u8>, &'static Check>,
    /// What it measured, or the check that is to blame.
    measured: Result<Measured, &'static Check>,
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

/// What bound evidence shows.
pub(crate) struct Bound {
    pub(crate) part: Part,
    pub(crate) tpm: Option<VerifiedTpm>,
    /// What the processor's report says, when there is one: report_data and measurement.
    pub(crate) processor: Option<Signed>,
    /// The launcher's log, and whether it extends to a register of the processor.
    pub(crate) launch: Option<VerifiedLog>,
    pub(crate) is_launch_of_processor: bool,
}

/// What a processor's report says, or the check that is to blame.
pub(crate) struct Signed {
    pub(crate) report_data: Result<Vec<u8>, &'static Check>,
    pub(crate) measured: Result<Measured, &'static Check>,
}

/// Ties quotes and report of the evidence to each other and to its challenge. `files` are what
/// came beside it, and `software` says who compares the image that is shown to run.
pub(crate) fn bound(
    evidence: &BoundEvidence,
    attestation: &Attestation<'_>,
    processor: Option<Processor>,
    beside: &[Piece<'_>],
    policy: &dyn ForEigencompute,
    software: Compared,
    now: UnixTime,
) -> Bound {
    let machine = tpm::examine::quotes(attestation, &evidence.attestation, beside, policy, now);
    let blame = to_blame(&machine.part.findings);
    let mut bound = Bound {
        part: machine.part,
        tpm: machine.verified,
        processor: None,
        launch: machine.launch,
        is_launch_of_processor: false,
    };
    bound.part.findings.push(match &bound.tpm {
        Some(verified) => match (own_challenge(policy), &evidence.challenge) {
            (Some(own), Some(given)) if own != given => {
                Finding::fail(&checks::EIGEN_CHALLENGE, "not-yours")
                    .expected(Value::hex(own))
                    .actual(Value::hex(given))
            }
            _ => verify::challenge(evidence, verified.extra_data()),
        },
        None => Finding::blocked(&checks::EIGEN_CHALLENGE, blame),
    });
    bound.part.findings.push(launch_registers(attestation, bound.tpm.as_ref(), blame));
    let (mut own_logs, mut own_boot) = (Vec::new(), Boot::default());
    match processor {
        None => {
            bound.part.findings.push(tpm::appraise::provider());
            bound
                .part
                .findings
                .push(Finding::unknown(&checks::EIGEN_REPORT_DATA, Why::NotApplicable));
        }
        Some(mut processor) => {
            (own_logs, own_boot) = (std::mem::take(&mut processor.logs), processor.boot);
            bound.add(evidence, processor, blame);
        }
    }
    let extends_to = |register| {
        let own = |log: &&VerifiedLog| log.registers().iter().any(|(known, _)| *known == register);
        own_logs.iter().find(own)
    };
    if bound.launch.is_none() {
        bound.launch = extends_to(Register::Rtmr(3)).cloned();
        bound.is_launch_of_processor = bound.launch.is_some();
    }
    if let Some(image) = bound.launch.as_ref().and_then(intel::examine::image) {
        bound.part.facts.add(Fact::Image(image));
    }
    let logs = Logs {
        boot: machine.log.as_ref(),
        processor: match (own_boot, extends_to(Register::Rtmr(2))) {
            (Boot::NoRegisters, _) => appraisal::Processor::NoRegisters,
            (Boot::NoLog, _) => appraisal::Processor::NoLog,
            (Boot::Log, None) => appraisal::Processor::OtherLog,
            (Boot::Log, Some(log)) => appraisal::Processor::Log(log),
        },
        launch: bound.launch.as_ref().ok_or(match attestation.canonical_log {
            ([], _) => Why::NotPublished,
            _ => Why::Blocked { by: &eventlog::checks::EVENTLOG_REPLAY },
        }),
    };
    bound.part.findings.extend(match &bound.tpm {
        Some(tpm) => {
            let compared = comparers(software);
            appraisal::appraise(evidence.platform, tpm, logs, policy.eigencompute(), compared)
        }
        None => appraisal::blocked(blame),
    });
    bound.flag(&evidence.extra_data, own_challenge(policy).is_some());
    bound
}

impl Bound {
    fn add(&mut self, evidence: &BoundEvidence, processor: Processor, blame: &'static Check) {
        self.part.findings.push(match (&self.tpm, &processor.report_data) {
            (Some(tpm), Ok(data)) => verify::report_data(evidence, tpm.spki(), data),
            (None, _) => Finding::blocked(&checks::EIGEN_REPORT_DATA, blame),
            (_, Err(by)) => Finding::blocked(&checks::EIGEN_REPORT_DATA, by),
        });
        let Processor { part, report_data, measured, .. } = processor;
        self.part.flags.debug = part.flags.debug;
        self.part.absorb(part);
        self.processor = Some(Signed { report_data, measured });
    }

    fn flag(&mut self, extra_data: &[u8], is_own_challenge: bool) {
        let answer = self.part.findings.iter().find(|f| *f.check == checks::EIGEN_CHALLENGE);
        let is_answered = answer.is_some_and(Finding::passed);
        if answer.is_some_and(|f| matches!(f.outcome, Outcome::Pass | Outcome::Warn(_))) {
            self.part.claims.extend(appraisal::claims(extra_data));
        }
        if is_answered {
            self.part.flags.freshness =
                if is_own_challenge { Freshness::Challenge } else { Freshness::Given };
        }
        if self.part.findings.iter().any(|f| {
            *f.check == checks::EIGEN_HARDENED
                && matches!(f.outcome, Outcome::Fail(_) | Outcome::Warn(_) | Outcome::Allowed(_))
        }) {
            self.part.flags.debug = DebugFlag::On;
        }
        self.part.flags.overrides = tpm::examine::overrides(self.launch.as_ref());
    }
}

/// REPORT_DATA has a check of its own here.
const fn comparers(software: Compared) -> Comparers {
    Comparers { software, data: Compared::By(&checks::EIGEN_REPORT_DATA) }
}

/// A TDX quote, with the launcher's log beside it.
pub(crate) fn tdx<'a>(
    part: &[u8],
    attestation: &Attestation<'a>,
    mut beside: Beside<'a>,
    policy: &dyn ForEigencompute,
    software: Compared,
    now: UnixTime,
) -> Result<Processor, Error> {
    let raw = quote(part)?;
    let quote = Quote::parse(&raw)?;
    let (log, _) = attestation.canonical_log;
    if !log.is_empty() {
        beside.logs.add(Kind::Launcher, log);
    }
    let mut examined = intel::examine::quoted(&quote, &beside, policy, comparers(software), now);
    let logs = std::mem::take(&mut examined.logs);
    let boot = if examined.has_firmware_log { Boot::Log } else { Boot::NoLog };
    let by = to_blame(&examined.part.findings);
    let report_data = match &examined.verified {
        Some(verified) => Ok(verified.quote().body.report_data().to_vec()),
        None => Err(by),
    };
    let td = match (&examined.verified, &quote.body) {
        (Some(_), Body::Td(td)) => Some(td),
        _ => None,
    };
    let measured = td.map(Measured::of_td).ok_or(by);
    let draft =
        intel::examine::finish("eigencompute-evidence", &raw, examined, &beside, policy, now)?;
    Ok(Processor { part: draft.part, report_data, measured, logs, boot })
}

/// AMD's certificates and lists that came with a report, and those beside it.
pub(crate) fn endorsements<'s>(part: &'s SnpPart, beside: &[Piece<'s>]) -> Amd<'s> {
    let mut amd = Amd::of(beside);
    part.certificates.iter().for_each(|der| amd.add("certificate of the report", der));
    amd
}

/// An SEV-SNP report with its endorsements.
pub(crate) fn sev_snp(
    part: &SnpPart,
    amd: &Amd<'_>,
    policy: &dyn ForEigencompute,
    software: Compared,
    now: UnixTime,
) -> Result<Processor, Error> {
    let examined = snp::examine::report(&part.report, amd, policy, comparers(software), now)?;
    let by = to_blame(&examined.part.findings);
    let verified = examined.verified.as_ref();
    let report_data = match verified.map(|verified| verified.report()) {
        Some(report) if report.is_host_requested() => Err(&snp::checks::SNP_VMPL),
        Some(report) => Ok(report.report_data.to_vec()),
        None => Err(by),
    };
    Ok(Processor {
        report_data,
        measured: verified.map(|verified| Measured::Snp(verified.report().measurement)).ok_or(by),
        part: examined.part,
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
) -> Finding {
    let check = &checks::EIGEN_REGISTERS;
    let (log, _) = attestation.canonical_log;
    match (tpm, eventlog::parse::cel::Log::parse(log)) {
        (None, _) => Finding::blocked(check, blame),
        (Some(tpm), Ok(log)) => verify::registers(&log, tpm),
        (Some(_), Err(error)) => {
            Finding::unknown(check, Why::NotSupported).actual(error.to_string())
        }
    }
}
