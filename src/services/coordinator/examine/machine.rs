//! Evidence by its type: how each is taken apart, verified and appraised.

use super::{bound, provider, stapled};
use crate::digest::Sha512;
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding};
use crate::formats::eventlog::verify::VerifiedLog;
use crate::formats::intel::parse::{Body, Quote};
use crate::formats::launch::measured::Measured;
use crate::formats::snp::files::Amd;
use crate::formats::snp::parse::Report;
use crate::formats::{intel, snp};
use crate::piece::Piece;
use crate::report::{Overrides, Part, RootOfTrust};
use crate::services::coordinator::appraise::binding;
use crate::services::coordinator::appraise::stated::Substrate;
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::{Document, Evidence};
use crate::services::coordinator::policy::{ForCoordinator, Machine};
use crate::time::UnixTime;

/// The image and what evidence carries have checks of their own here.
pub(super) const COMPARERS: Comparers = Comparers {
    software: Compared::By(&checks::COORDINATOR_IMAGE),
    data: Compared::By(&checks::BINDING_DIGEST),
};

/// A type of evidence.
pub(super) struct EvidenceType {
    /// Its name in a document.
    pub(super) name: &'static str,
    /// Whose word a piece of it is.
    pub(super) root_of_trust: fn(&Evidence) -> RootOfTrust,
    /// How it is examined.
    pub(super) examine: fn(&Context<'_>) -> Result<Examined, Error>,
}

/// The types of the contract, in the order in which one leads the chain before another of equal
/// root. One that is not here is shown and not understood.
static TYPES: [EvidenceType; 9] = [
    of("tdx-quote", by_the_chip_maker, tdx),
    of("snp-report", by_the_chip_maker, sev_snp),
    of("eigen-bound-evidence", bound::root_of_trust, bound::examine),
    of("gce-vtpm-attestation", by_the_provider, provider::vtpm),
    of("nitro-attestation", by_the_provider, provider::nitro),
    of("gcp-cs-pki-token", provider::of_token, provider::token),
    of("gcp-cvm-token", provider::of_token, provider::token),
    of("gcp-cs-oidc-token", provider::of_token, provider::token),
    of("ita-token", provider::of_token, provider::token),
];

const fn of(
    name: &'static str,
    root_of_trust: fn(&Evidence) -> RootOfTrust,
    examine: fn(&Context<'_>) -> Result<Examined, Error>,
) -> EvidenceType {
    EvidenceType { name, root_of_trust, examine }
}

const fn by_the_chip_maker(_: &Evidence) -> RootOfTrust {
    RootOfTrust::CpuVendor
}

const fn by_the_provider(_: &Evidence) -> RootOfTrust {
    RootOfTrust::CloudProvider
}

/// The type called `name`.
pub(super) fn evidence_type(name: &str) -> Option<&'static EvidenceType> {
    TYPES.iter().find(|known| known.name == name)
}

impl EvidenceType {
    /// Its place in the order of the types.
    pub(super) fn place(&self) -> usize {
        TYPES.iter().position(|known| known.name == self.name).unwrap_or(TYPES.len())
    }
}

/// One piece of evidence with everything that stands around it.
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    pub(super) item: &'a Evidence,
    /// What lies beside the evidence.
    pub(super) beside: &'a [Piece<'a>],
    pub(super) policy: &'a dyn ForCoordinator,
    pub(super) now: UnixTime,
    /// What the evidence must carry.
    pub(super) d: Sha512,
}

/// What came of one piece of evidence.
pub(super) struct Examined {
    /// What was found; its flags are of the machine.
    pub(super) part: Part,
    pub(super) machine: Machine,
    /// Which kind of machine it shows, or says.
    pub(super) substrate: Option<Substrate>,
    /// Whether it carries D.
    pub(super) digest: Finding,
    /// What it measured, or the check that is to blame.
    pub(super) measured: Result<Measured, &'static Check>,
    /// The image digests that verified logs name, or a verified token, as written.
    pub(super) logged: Vec<String>,
    /// Whether the policy itself names the software that was started.
    pub(super) by_policy: bool,
    /// Whose word it is, where only the examination tells.
    pub(super) root_of_trust: Option<RootOfTrust>,
}

/// A TDX quote.
fn tdx(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, beside, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let quote = Quote::parse(&bytes)?;
    let Body::Td(report) = &quote.body else {
        let at = crate::span::Span::new(4, 4);
        return Err(Error::unsupported("tdx-quote, environment", "SGX", at));
    };
    let mut beside = intel::examine::Beside::of(beside);
    let mut findings = stapled::intel(document, &mut beside.intel);
    findings.extend(stapled::logs(document, &mut beside.logs));
    let examined = intel::examine::quoted(&quote, &beside, policy, COMPARERS, now);
    let mut part = examined.part;
    part.findings.splice(0..0, findings);
    part.flags.overrides = overrides(&examined.logs);
    let signed = match &examined.verified {
        Some(_) => Ok(()),
        None => Err(crate::finding::to_blame(&part.findings)),
    };
    let measured = signed.map(|()| Measured::of_td(report));
    let at = quote.body_span.start.saturating_add(520);
    Ok(Examined {
        part,
        machine: Machine::Tdx,
        substrate: measured.is_ok().then_some(Substrate::Tdx),
        digest: binding::digest(&report.report_data, signed, &item.carrier, d).at("quote", at, 64),
        by_policy: software_by_policy(&Measured::of_td(report), policy),
        measured,
        logged: examined.logs.iter().flat_map(images).collect(),
        root_of_trust: None,
    })
}

/// An SEV-SNP report.
fn sev_snp(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, beside, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let mut amd = Amd::of(beside);
    let mut findings = stapled::amd(document, &mut amd);
    findings.extend(stapled::unread_logs(document));
    let examined = snp::examine::report(&bytes, &amd, policy, COMPARERS, now)?;
    let mut part = examined.part;
    part.findings.splice(0..0, findings);
    let report = Report::parse(&bytes)?;
    let (signed, measured) = match &examined.verified {
        Some(verified) if verified.report().is_host_requested() => {
            (Err(&snp::checks::SNP_VMPL), Ok(Measured::Snp(verified.report().measurement)))
        }
        Some(verified) => (Ok(()), Ok(Measured::Snp(verified.report().measurement))),
        None => {
            let by = crate::finding::to_blame(&part.findings);
            (Err(by), Err(by))
        }
    };
    Ok(Examined {
        part,
        machine: Machine::Snp,
        substrate: measured.is_ok().then_some(Substrate::Snp),
        digest: binding::digest(&report.report_data, signed, &item.carrier, d).at(
            "snp-report",
            0x50,
            64,
        ),
        measured,
        logged: Vec::new(),
        by_policy: false,
        root_of_trust: None,
    })
}

/// Whether the policy itself names the software of a TDX guest.
pub(super) fn software_by_policy(measured: &Measured, policy: &dyn ForCoordinator) -> bool {
    let known = &policy.dcap().tdx;
    match measured {
        Measured::Tdx { mrtd, rtmr: [_, rtmr1, rtmr2, _] } => {
            known.mr_td.contains(mrtd) && known.rtmr1.contains(rtmr1) && known.rtmr2.contains(rtmr2)
        }
        _ => false,
    }
}

/// The image digests that a log names.
pub(super) fn images(log: &VerifiedLog) -> impl Iterator<Item = String> {
    let named = log.statements().iter().filter(|said| said.name == "container.image-digest");
    named.map(|said| said.value.to_string())
}

/// Whether the operator changed how the container starts, as a launcher's log has it.
fn overrides(logs: &[VerifiedLog]) -> Overrides {
    let names: Vec<&str> = logs
        .iter()
        .flat_map(VerifiedLog::statements)
        .map(|statement| statement.name)
        .filter(|name| name.starts_with("container."))
        .collect();
    let changed = ["container.argument-override", "container.environment-override"];
    if names.is_empty() {
        Overrides::NotShown
    } else if names.iter().any(|name| changed.contains(name)) {
        Overrides::Present
    } else {
        Overrides::None
    }
}
