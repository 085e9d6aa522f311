//! Evidence by its type: how each is taken apart, verified and appraised.

use super::{bound, provider, stapled};
use crate::adapters::{collateral, dcap, snp};
use crate::appraise::{self, Compared, Comparers};
use crate::appraise::coordinator::stated::Substrate;
use crate::appraise::coordinator::{Measured, binding};
use crate::claims::Claim;
use crate::digest::Sha512;
use crate::error::Error;
use crate::evidence::coordinator::{Document, Evidence};
use crate::evidence::dcap::{Body, Quote};
use crate::finding::{Check, Finding, checks};
use crate::policy::{Machine, Policy};
use crate::report::{DebugFlag, EvidenceItem, Overrides, RootOfTrust, Wanted};
use crate::time::UnixTime;
use crate::verify::eventlog::VerifiedLog;

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

    /// Whether it is a token, whose key may be in a list.
    pub(super) fn is_token(&self) -> bool {
        self.name.ends_with("-token")
    }
}

/// One piece of evidence with everything that stands around it.
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    pub(super) item: &'a Evidence,
    /// Files that the reader supplied; they come before what the document staples.
    pub(super) files: &'a [&'a [u8]],
    /// Lists of token keys among them, which no other type reads.
    pub(super) keys: &'a [&'a [u8]],
    pub(super) policy: &'a Policy,
    pub(super) now: UnixTime,
    /// What the evidence must carry.
    pub(super) d: Sha512,
}

/// What came of one piece of evidence.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) machine: Machine,
    /// Which kind of machine it shows, or says.
    pub(super) substrate: Option<Substrate>,
    pub(super) debug: DebugFlag,
    pub(super) overrides: Overrides,
    /// Whether it carries D.
    pub(super) digest: Finding,
    /// What it measured, or the check that is to blame.
    pub(super) measured: Result<Measured, &'static Check>,
    /// The image digests that verified logs name, or a verified token, as written.
    pub(super) logged: Vec<String>,
    /// Whether the policy itself names the software that was started.
    pub(super) by_policy: bool,
}

/// A TDX quote.
fn tdx(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, files, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let quote = Quote::parse(&bytes)?;
    let Body::Td(report) = &quote.body else {
        let at = crate::bytes::Span::new(4, 4);
        return Err(Error::unsupported("tdx-quote, environment", "SGX", at));
    };
    let (stapled, mut findings) = stapled::intel(document);
    let mut files = dcap::Files::of(files)?;
    files.collateral = files.collateral.or(stapled);
    findings.extend(stapled::logs(document, &mut files));
    let examined = dcap::quoted(&quote, &files, policy, COMPARERS, now)?;
    findings.extend(examined.findings);
    let (report_data, measured) = match &examined.verified {
        Some(_) => (Ok(report.report_data), Ok(Measured::of_td(report))),
        None => {
            let by = snp::to_blame(&findings);
            (Err(by), Err(by))
        }
    };
    let at = quote.body_span.start.saturating_add(520);
    Ok(Examined {
        findings,
        claims: examined.claims,
        evidence: examined.evidence,
        wanted: examined.wanted,
        machine: Machine::Tdx,
        substrate: measured.is_ok().then_some(Substrate::Tdx),
        debug: examined.debug,
        overrides: overrides(&examined.logs),
        digest: binding::digest(report_data, &item.carrier, d).at("quote", at, 64),
        by_policy: software_by_policy(&Measured::of_td(report), policy),
        measured,
        logged: examined.logs.iter().flat_map(images).collect(),
    })
}

/// An SEV-SNP report.
fn sev_snp(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, files, policy, now, ref d, .. } = *context;
    let bytes = item.bytes()?;
    let mut endorsements = collateral::decode(files)?;
    let mut findings = stapled::amd(document, &mut endorsements);
    findings.extend(stapled::unread_logs(document));
    let examined = snp::report(&bytes, None, &endorsements, policy, COMPARERS, now)?;
    findings.extend(examined.findings);
    let (report_data, measured) = match &examined.verified {
        Some(verified) if verified.report().is_host_requested() => {
            (Err(&checks::SNP_VMPL), Ok(Measured::Snp(verified.report().measurement)))
        }
        Some(verified) => {
            let report = verified.report();
            (Ok(report.report_data), Ok(Measured::Snp(report.measurement)))
        }
        None => {
            let by = snp::to_blame(&findings);
            (Err(by), Err(by))
        }
    };
    Ok(Examined {
        claims: examined.verified.as_ref().map(appraise::snp::claims).unwrap_or_default(),
        findings,
        evidence: examined.evidence,
        wanted: examined.wanted,
        machine: Machine::Snp,
        substrate: measured.is_ok().then_some(Substrate::Snp),
        debug: examined.debug,
        overrides: Overrides::NotShown,
        digest: binding::digest(report_data, &item.carrier, d).at("snp-report", 0x50, 64),
        measured,
        logged: Vec::new(),
        by_policy: false,
    })
}

/// Whether the policy itself names the software of a TDX guest.
pub(super) fn software_by_policy(measured: &Measured, policy: &Policy) -> bool {
    let known = &policy.dcap.tdx;
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
