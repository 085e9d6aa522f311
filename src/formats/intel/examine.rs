//! Quotes of SGX enclaves and TDX guests, with Intel's collateral and event logs beside them.

use super::appraise;
use super::files::Intel;
use super::parse::collateral::{Collateral, PckExtension};
use super::parse::{Body, PCK_CHAIN, Quote, Tee, fields};
use super::verify::{self, VerifiedQuote};
use super::wanted::{self, IntelCa, IntelPlatform};
use crate::builds::image;
use crate::builds::image::parse::sha256;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::compared::Comparers;
use crate::finding::{Finding, LinkId, Why, to_blame};
use crate::formats::eventlog;
use crate::formats::eventlog::examine::{Kind, Logs};
use crate::formats::eventlog::verify::{Registers, VerifiedLog};
use crate::formats::intel::policy::ForIntel;
use crate::piece::{self, Piece};
use crate::pki::{Cert, pem_blocks};
use crate::report::{DebugFlag, Draft, EvidenceItem, Fact, Part, RootOfTrust, Subject};
use crate::time::UnixTime;

/// A quote, as it is or in hex or base64.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForIntel,
    now: UnixTime,
) -> Result<Draft, Error> {
    let quote = Quote::parse(bytes)?;
    let kind = match quote.tee {
        Tee::Sgx => "sgx-quote",
        Tee::Tdx => "tdx-quote",
    };
    let files = Beside::of(beside);
    let examined = quoted(&quote, &files, policy, Comparers::POLICY, now);
    finish(kind, input, examined, &files, policy, now)
}

/// What is at hand beside a quote.
#[derive(Default)]
pub(crate) struct Beside<'s> {
    /// Intel's statements.
    pub(crate) intel: Intel<'s>,
    /// Event logs.
    pub(crate) logs: Logs<'s>,
    /// Files about images and builds.
    images: Vec<Piece<'s>>,
}

/// What one quote with its collateral and logs shows.
pub(crate) struct Examined<'a> {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedQuote<'a>>,
    /// Logs that extend to the registers of the verified quote.
    pub(crate) logs: Vec<VerifiedLog>,
    /// The log of dstack's that was replayed, as it was read.
    pub(crate) of_dstack: Option<&'a [u8]>,
    /// Whether a log of the firmware was replayed.
    pub(crate) has_firmware_log: bool,
    container: Container,
}

impl<'s> Beside<'s> {
    /// What of `pieces` can belong to a quote.
    pub(crate) fn of(pieces: &[Piece<'s>]) -> Self {
        Self {
            intel: Intel::of(pieces),
            logs: Logs::of(pieces),
            images: piece::of(pieces, image::ROLES),
        }
    }
}

/// The draft about an examined quote, with the image that its log names.
pub(crate) fn finish(
    kind: &'static str,
    input: &[u8],
    mut examined: Examined<'_>,
    beside: &Beside<'_>,
    policy: &dyn ForIntel,
    now: UnixTime,
) -> Result<Draft, Error> {
    if !beside.images.is_empty() {
        let running = examined.container.borrowed();
        let files = image::follow::Files::of(&beside.images);
        examined.part.absorb(image::follow::examine(&running, &files, policy, now));
    }
    let subject = Subject::of(kind, input);
    Ok(Draft { part: examined.part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

/// Verifies and appraises a quote with what is at hand beside it.
pub(crate) fn quoted<'a>(
    quote: &Quote<'a>,
    beside: &Beside<'a>,
    policy: &dyn ForIntel,
    compared: Comparers,
    now: UnixTime,
) -> Examined<'a> {
    let collateral = beside.intel.choose(quote, policy.anchors(), now);
    let examined = verify::verify(quote, &collateral, policy.anchors(), now);
    let mut part = Part::of(examined.findings);
    let verified = examined.verified;
    match &verified {
        Some(verified) => {
            part.findings.extend(appraise::appraise(verified, policy.dcap(), compared, now));
            part.claims = appraise::claims(verified);
            part.facts.add(Fact::ReportData(*quote.body.report_data()));
            if let Body::Td(report) = &quote.body {
                part.facts.add(Fact::Mrtd(report.mr_td));
                part.facts.add(Fact::Rtmr(report.rtmr));
            }
        }
        None => {
            part.findings.extend(appraise::blocked(quote.tee, to_blame(&part.findings)));
        }
    }
    part.evidence = evidence(quote, &collateral);
    part.flags.debug = debug(verified.as_ref());
    part.wanted = wanted::intel(
        quote.tee,
        platform(quote, &collateral),
        &quote.certification,
        &collateral,
        policy.roots(),
    );
    let mut examined = Examined {
        part,
        verified,
        logs: Vec::new(),
        of_dstack: None,
        has_firmware_log: false,
        container: Container::default(),
    };
    examined.replay(quote, &beside.logs);
    examined
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

    fn borrowed(&self) -> image::follow::Running<'_> {
        image::follow::Running { digest: self.digest, reference: self.reference.as_deref() }
    }
}

/// The image of the one container whose start a verified log records.
pub(crate) fn image(log: &VerifiedLog) -> Option<Sha256> {
    Container::of(log).digest
}

impl<'a> Examined<'a> {
    /// Replays the event logs against the registers of the quote; without a verified quote they
    /// show nothing. An enclave has no registers that a log could extend to: a log beside its quote
    /// is about something else.
    fn replay(&mut self, quote: &Quote<'_>, logs: &Logs<'a>) {
        let Body::Td(report) = &quote.body else { return };
        let kinds: [(Kind, &[u8]); 3] =
            [(Kind::Firmware, &[0, 1, 2]), (Kind::Dstack, &[0, 1, 2, 3]), (Kind::Launcher, &[3])];
        for (kind, which) in kinds {
            let is_cut = |is_beside: bool| logs.is_stripped && kind == Kind::Dstack && !is_beside;
            let registers = |is_beside: bool| {
                let which = if is_cut(is_beside) { &[3] } else { which };
                Registers::of_quote(&report.rtmr, which)
            };
            let Some(replayed) = logs.replay(kind, registers) else { continue };
            match kind {
                Kind::Dstack if replayed.is_read => self.of_dstack = Some(replayed.bytes),
                Kind::Firmware => self.has_firmware_log = replayed.is_read,
                Kind::Dstack | Kind::Launcher => {}
            }
            if self.verified.is_none() {
                replayed.shown(&mut self.part);
                let by = to_blame(&self.part.findings);
                self.part.findings.push(Finding::blocked(&eventlog::checks::EVENTLOG_REPLAY, by));
                continue;
            }
            if is_cut(replayed.is_beside) {
                let left_out =
                    Finding::unknown(&eventlog::checks::EVENTLOG_COVERAGE, Why::NotPublished);
                let untold = ["rtmr0", "rtmr1", "rtmr2"].map(|part| left_out.clone().part(part));
                self.part.findings.extend(untold);
            }
            let known = replayed.told(&mut self.part);
            if kind == Kind::Launcher {
                self.container = known.as_ref().map(Container::of).unwrap_or_default();
            }
            if kind == Kind::Dstack {
                known.iter().flat_map(of_dstack).for_each(|fact| self.part.facts.add(fact));
            }
            self.logs.extend(known);
        }
    }
}

/// The app and the app-compose file that a verified log of dstack's names.
fn of_dstack(log: &VerifiedLog) -> impl Iterator<Item = Fact> {
    let said = |name: &str| {
        let mut named = log.statements().iter().filter(|statement| statement.name == name);
        let first = named.next().map(|statement| statement.value.to_string());
        first.filter(|_| named.next().is_none())
    };
    let app = said("dstack.app-id").map(Fact::App);
    let compose = said("dstack.compose-hash").and_then(|hash| hash.parse().ok());
    app.into_iter().chain(compose.map(Fact::ComposeHash))
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
pub fn platform(quote: &Quote<'_>, collateral: &Collateral) -> Option<IntelPlatform> {
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
