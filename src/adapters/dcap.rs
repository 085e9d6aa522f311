//! Quotes of SGX enclaves and TDX guests, with Intel's collateral and event logs beside them.

use super::image;
use super::snp::to_blame;
use crate::appraise::{self, Comparers};
use crate::bytes::Span;
use crate::digest::Sha256;
use crate::endorsements::intel::{Collateral, PckExtension};
use crate::endorsements::oci::sha256;
use crate::error::Error;
use crate::evidence::dcap::{Body, PCK_CHAIN, Quote, Tee, fields};
use crate::evidence::eventlog::{cel, dstack, tcg};
use crate::finding::{Finding, LinkId, Why, checks};
use crate::pki::{Cert, pem_blocks};
use crate::plan::{self, IntelCa, IntelPlatform};
use crate::policy::Policy;
use crate::report::{
    Claim, DebugFlag, Draft, EvidenceItem, Flags, Part, RootOfTrust, Subject, Wanted,
};
use crate::time::UnixTime;
use crate::verify::dcap::{self as verify, VerifiedQuote};
use crate::verify::eventlog::{self, CANONICAL_LOG, EVENT_LOG, Registers, VerifiedLog};

/// A quote, as it is or in hex or base64.
pub(super) fn examine(
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let quote = Quote::parse(bytes)?;
    let kind = match quote.tee {
        Tee::Sgx => "sgx-quote",
        Tee::Tdx => "tdx-quote",
    };
    let files = Files::of(files)?;
    let examined = quoted(&quote, &files, policy, Comparers::POLICY, now)?;
    finish(kind, input, examined, &files, policy, now)
}

/// The files beside a quote, told apart by their content.
#[derive(Default)]
pub(super) struct Files<'a> {
    pub(super) image: image::Files<'a>,
    pub(super) collateral: Collateral,
    pub(super) tcg: Option<&'a [u8]>,
    pub(super) cel: Option<&'a [u8]>,
    pub(super) dstack: Option<&'a [u8]>,
    /// Whether dstack's log was cut down to its own events.
    pub(super) is_stripped: bool,
}

/// The findings about one quote with its collateral and logs, and everything to show beside them.
pub(super) struct Examined<'a> {
    pub(super) findings: Vec<Finding>,
    pub(super) verified: Option<VerifiedQuote<'a>>,
    /// Logs that extend to the registers of the verified quote.
    pub(super) logs: Vec<VerifiedLog>,
    container: Container,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) debug: DebugFlag,
}

impl<'a> Files<'a> {
    /// # Errors
    /// When a file is of no known kind, or a second event log of one kind is among them.
    pub(super) fn of(files: &[&'a [u8]]) -> Result<Self, Error> {
        let (image, files) = image::Files::of(files)?;
        let (mut tcg, mut cel, mut dstack) = (None, None, None);
        let mut rest = Vec::new();
        for file in files {
            let slot = if file.get(32..47) == Some(b"Spec ID Event03") {
                &mut tcg
            } else if file.trim_ascii_start().starts_with(b"[") {
                &mut dstack
            } else if matches!(file, [0, 0, 0, 0, 8, ..]) {
                &mut cel
            } else {
                rest.push(file);
                continue;
            };
            if slot.replace(file).is_some_and(|known| known != file) {
                let why = "two event logs of one kind were supplied";
                return Err(Error::malformed("event log", Span::new(0, file.len()), why));
            }
        }
        let collateral = Collateral::from_files(&rest)?;
        Ok(Self { image, collateral, tcg, cel, dstack, is_stripped: false })
    }

    /// A launcher's log that came with the quote.
    ///
    /// # Errors
    /// When another one is among the files.
    pub(super) fn supply_launch_log(&mut self, log: &'a [u8]) -> Result<(), Error> {
        if self.cel.replace(log).is_some_and(|known| known != log) {
            let why = "two event logs of one kind were supplied";
            return Err(Error::malformed("event log", Span::new(0, log.len()), why));
        }
        Ok(())
    }
}

/// The draft about an examined quote, with the image that its log names.
pub(super) fn finish(
    kind: &'static str,
    input: &[u8],
    examined: Examined<'_>,
    files: &Files<'_>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let mut image = Part::default();
    if !files.image.is_empty() {
        let running = examined.container.borrowed();
        image = image::examine(&running, &files.image, policy, now);
    }
    let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
    let mut draft = Draft {
        part: Part {
            findings: examined.findings,
            claims: examined.claims,
            evidence: examined.evidence,
            wanted: examined.wanted,
            flags: Flags { debug: examined.debug, ..Flags::UNKNOWN },
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CpuVendor)
    };
    draft.part.absorb(image);
    Ok(draft)
}

/// Verifies and appraises a quote with the files that came with it.
pub(super) fn quoted<'a>(
    quote: &Quote<'a>,
    files: &Files<'_>,
    policy: &Policy,
    compared: Comparers,
    now: UnixTime,
) -> Result<Examined<'a>, Error> {
    let examined = verify::verify(quote, &files.collateral, policy.roots, now);
    let mut findings = examined.findings;
    let verified = examined.verified;
    match &verified {
        Some(verified) => {
            findings.extend(appraise::dcap::appraise(verified, &policy.dcap, compared, now));
        }
        None => findings.extend(appraise::dcap::blocked(quote.tee, to_blame(&findings))),
    }
    let mut evidence = evidence(quote, &files.collateral);
    let mut claims = verified.as_ref().map(appraise::dcap::claims).unwrap_or_default();
    let (logs, container) =
        logs(quote, verified.as_ref(), files, &mut findings, &mut claims, &mut evidence)?;
    Ok(Examined {
        wanted: plan::intel(
            quote.tee,
            platform(quote, &files.collateral),
            &quote.certification,
            &files.collateral,
            policy.roots,
        ),
        debug: debug(verified.as_ref()),
        findings,
        verified,
        logs,
        claims,
        evidence,
        container,
    })
}

fn debug(verified: Option<&VerifiedQuote<'_>>) -> DebugFlag {
    let on = match verified.map(|verified| &verified.quote().body) {
        None => return DebugFlag::Unknown,
        Some(Body::Enclave(report)) => report.flags() & 2 != 0,
        Some(Body::Td(report)) => report.attributes() & 0xff != 0,
    };
    if on { DebugFlag::On } else { DebugFlag::Off }
}

/// The container that a log names.
#[derive(Default)]
struct Container {
    digest: Option<Sha256>,
    reference: Option<String>,
}

impl Container {
    /// The one container whose start a verified log of a verified quote records. A log that names
    /// two says of neither that it is the one.
    fn of(log: &VerifiedLog) -> Self {
        let one = |name: &str| {
            let mut named = log.statements().iter().filter(|statement| statement.name == name);
            let first = named.next().map(|statement| statement.value.to_string());
            first.filter(|_| named.next().is_none())
        };
        Self {
            digest: one("container.image-digest").and_then(|text| sha256(&text)),
            reference: one("container.image-reference"),
        }
    }

    fn borrowed(&self) -> image::Running<'_> {
        image::Running { digest: self.digest, reference: self.reference.as_deref() }
    }
}

/// Replays the event logs against the registers of the quote; without a verified quote they show
/// nothing. The container that they name is handed back.
fn logs(
    quote: &Quote<'_>,
    verified: Option<&VerifiedQuote<'_>>,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
    claims: &mut Vec<Claim>,
    evidence: &mut Vec<EvidenceItem>,
) -> Result<(Vec<VerifiedLog>, Container), Error> {
    let mut container = Container::default();
    let Body::Td(report) = &quote.body else {
        if files.tcg.or(files.dstack).or(files.cel).is_some() {
            // An enclave has no registers that a log could extend to.
            findings.push(Finding::unknown(&checks::EVENTLOG_REPLAY, Why::NotSupported));
        }
        return Ok((Vec::new(), container));
    };
    let registers = |which: &[u8]| Registers::of_quote(&report.rtmr, which);
    let mut examined = Vec::new();
    if let Some(bytes) = files.tcg {
        let log = tcg::Log::parse(bytes)?;
        examined.push((EVENT_LOG, bytes, eventlog::tcg(&log, &registers(&[0, 1, 2]))));
    }
    if let Some(bytes) = files.dstack {
        let log = dstack::Log::parse(bytes)?;
        let which: &[u8] = if files.is_stripped { &[3] } else { &[0, 1, 2, 3] };
        if files.is_stripped {
            let left_out = Finding::unknown(&checks::EVENTLOG_COVERAGE, Why::NotPublished);
            findings.extend(["rtmr0", "rtmr1", "rtmr2"].map(|part| left_out.clone().part(part)));
        }
        examined.push((EVENT_LOG, bytes, eventlog::dstack(&log, &registers(which))));
    }
    if let Some(bytes) = files.cel {
        let log = cel::Log::parse(bytes)?;
        examined.push((CANONICAL_LOG, bytes, eventlog::cel(&log, &registers(&[3]))));
    }
    let mut shown = Vec::new();
    for (id, bytes, log) in examined {
        let events = log.verified.as_ref().map(appraise::eventlog::fields).unwrap_or_default();
        evidence.push(EvidenceItem::new(id, "event-log", LinkId::Measurements, bytes, events));
        match (verified, &log.verified) {
            (Some(_), Some(known)) => {
                claims.extend(appraise::eventlog::claims(known));
                if id == CANONICAL_LOG {
                    container = Container::of(known);
                }
            }
            (Some(_), None) => {}
            (None, _) => {
                let by = to_blame(findings);
                findings.push(Finding::blocked(&checks::EVENTLOG_REPLAY, by));
                continue;
            }
        }
        findings.extend(log.findings);
        shown.extend(log.verified);
    }
    Ok((shown, container))
}

fn evidence(quote: &Quote<'_>, collateral: &Collateral) -> Vec<EvidenceItem> {
    let item = |id: &'static str, kind, link, bytes: &[u8]| {
        EvidenceItem::new(id, kind, link, bytes, Vec::new())
    };
    let mut items =
        vec![EvidenceItem::new("quote", "dcap-quote", LinkId::Report, quote.bytes, fields(quote))];
    let signed = [("tcb-info", &collateral.tcb_info), ("qe-identity", &collateral.qe_identity)];
    for (id, signed) in signed {
        if let Some(signed) = signed {
            items.push(item(id, "json", LinkId::Tcb, &signed.bytes));
        }
    }
    let crls = [
        ("root-crl", LinkId::HardwareRoot, &collateral.root_crl),
        ("pck-crl", LinkId::Chip, &collateral.pck_crl),
    ];
    for (id, link, crl) in crls {
        if let Some(der) = crl {
            items.push(item(id, "crl", link, der));
        }
    }
    items
}

/// What the platform's certificate says about it, before anything is verified: enough to know what
/// to ask Intel for.
pub(crate) fn platform(quote: &Quote<'_>, collateral: &Collateral) -> Option<IntelPlatform> {
    const WHAT: &str = "PCK certificate chain";
    let blocks;
    let der = if quote.certification.kind == PCK_CHAIN {
        let text = quote.certification.data;
        let end = text.iter().rposition(|&byte| byte != 0)?;
        blocks = pem_blocks(WHAT, text.get(..=end)?).ok()?;
        blocks.first().map(|(_, der)| der)?
    } else {
        collateral.pck_chain.as_ref()?.first()?
    };
    let cert = Cert::parse(WHAT, der).ok()?;
    let fmspc = PckExtension::of(&cert).ok()?.fmspc;
    let ca = match cert.issuer_common_name()? {
        "Intel SGX PCK Processor CA" => IntelCa::Processor,
        "Intel SGX PCK Platform CA" => IntelCa::Platform,
        _ => return None,
    };
    Some(IntelPlatform { fmspc, ca })
}
