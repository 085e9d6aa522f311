//! A quote of a TDX guest with its event log and what the guest's agent says.

use super::files::{Files, read};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding, Value, Why, to_blame};
use crate::formats::dstack::appraise::{self, Beside, Identity, Image, Named};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::{Answer, AppCompose, Ids, Material, TcbInfo, VmConfig};
use crate::formats::dstack::policy::ForDstack;
use crate::formats::dstack::verify::AcpiDigests;
use crate::formats::eventlog::parse::dstack::Log;
use crate::formats::intel::parse::{Body, Quote};
use crate::formats::{eventlog, intel};
use crate::hex;
use crate::piece::Piece;
use crate::report::{Custody, Draft};
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::pasted;

const WHAT: &str = "dstack quote report";

/// An answer with a quote.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    now: UnixTime,
) -> Result<Draft, Error> {
    let answer = Answer::parse(input)?;
    let whole = Span::new(0, input.len());
    let quote = answer.quote.as_deref().unwrap_or_default();
    let quote = pasted::decoded(quote.as_bytes())
        .ok_or_else(|| Error::malformed(WHAT, whole, "its quote is neither hex nor base64"))?;
    let quote = Quote::parse(&quote)?;
    let (kind, data) = ("dstack-quote-report", Compared::Policy);
    let quoted = Quoted { kind, input, quote: &quote, is_stripped: false, data };
    quoted.examine(&answer, beside, policy, now).map(|guest| guest.draft)
}

/// A guest with its quote, examined.
pub(crate) struct Guest {
    pub(crate) draft: Draft,
    /// Whether the quote is verified.
    pub(crate) is_verified: bool,
    /// The app-compose file, when the guest's measured log names its hash.
    pub(crate) compose: Option<AppCompose>,
    /// REPORTDATA.
    pub(super) report_data: ReportData,
}

/// Who compares what the guest's processor signed: the policy names software by its registers or,
/// in dstack's terms, by the application.
pub(super) fn comparers(policy: &dyn ForDstack, data: Compared) -> Comparers {
    let software = match policy.dstack().compose_hashes.is_empty() {
        true => Compared::Policy,
        false => Compared::By(&checks::DSTACK_APPLICATION),
    };
    Comparers { software, data }
}

/// A quote, and what it came in.
pub(crate) struct Quoted<'a> {
    /// The kind of input.
    pub(crate) kind: &'static str,
    /// The input.
    pub(crate) input: &'a [u8],
    /// The quote.
    pub(crate) quote: &'a Quote<'a>,
    /// Whether the log was cut down to what dstack itself wrote.
    pub(crate) is_stripped: bool,
    /// Who compares REPORTDATA.
    pub(crate) data: Compared,
}

/// REPORT_DATA of a verified quote or report, or which check keeps it from being known.
pub(super) type ReportData = Result<[u8; 64], &'static Check>;

impl Quoted<'_> {
    /// Verifies and appraises the quote with what its `answer` says beside it.
    pub(crate) fn examine(
        &self,
        answer: &Answer,
        beside: &[Piece<'_>],
        policy: &dyn ForDstack,
        now: UnixTime,
    ) -> Result<Guest, Error> {
        let quote = self.quote;
        let own = Files::of(beside);
        let (info, _) = own.info(Some(quote));
        let mut unread = Vec::new();
        let stated = |of: fn(&Answer) -> Option<&String>| of(answer).or_else(|| of(&info));
        let tcb = stated(|answer| answer.tcb_info.as_ref()).map(String::as_str);
        let tcb = read(tcb, TcbInfo::parse, "tcb_info", &mut unread);
        let vm = stated(|answer| answer.vm_config.as_ref()).map(String::as_str);
        let vm = read(vm, VmConfig::parse, "vm_config", &mut unread).unwrap_or_default();
        let material = vm.tdx_measurement.as_deref();
        let material = read(material, Material::parse, "tdx_measurement", &mut unread);
        let mut files = intel::examine::Beside::of(beside);
        let of_tcb = || tcb.as_ref().and_then(|tcb| tcb.event_log.as_ref());
        if let Some(log) = stated(|answer| answer.event_log.as_ref()).or_else(of_tcb) {
            files.logs.add(eventlog::examine::Kind::Dstack, log.as_bytes());
            files.logs.is_stripped = self.is_stripped;
        }
        let has_log = files.logs.has(eventlog::examine::Kind::Dstack);
        let mut examined =
            intel::examine::quoted(quote, &files, policy, comparers(policy, self.data), now);
        let identity = identity(&examined, has_log);
        let hash = identity.as_ref().ok().and_then(Identity::compose_hash);
        let compose = own.compose(hash, tcb.as_ref());
        let named = named(&examined.part.findings);
        let ids: Vec<&Ids> =
            [&answer.ids, &info.ids].into_iter().chain(tcb.iter().map(|tcb| &tcb.ids)).collect();
        let log = examined.of_dstack.and_then(|bytes| Log::parse(bytes).ok());
        let beside = Beside {
            tcb_info: tcb.as_ref(),
            compose: compose.file.as_ref(),
            document: vm.mr_config.as_deref(),
            image: Image {
                material: material.as_ref(),
                hashes: hashes(&vm, &ids),
                memory: vm.memory_size,
                acpi: log.as_ref().and_then(AcpiDigests::of),
            },
            devices: devices(quote, &examined),
            ids,
        };
        let findings = match (&quote.body, &examined.verified) {
            (Body::Td(report), Some(_)) => {
                let shown = identity.as_ref().map_err(|why| *why);
                appraise::appraise_quote(report, shown, &beside, named, policy.dstack())
            }
            (Body::Td(_), None) => {
                let by = to_blame(&examined.part.findings);
                checks::FROM_QUOTE.iter().map(|check| Finding::blocked(check, by)).collect()
            }
            (Body::Enclave(_), _) => {
                let open = |check: &&'static _| Finding::unknown(check, Why::NotSupported);
                checks::FROM_QUOTE.iter().map(open).collect()
            }
        };
        let report_data = match &examined.verified {
            Some(_) => Ok(*quote.body.report_data()),
            None => Err(to_blame(&examined.part.findings)),
        };
        let part = &mut examined.part;
        part.flags.custody = match &identity {
            Ok(identity) if identity.is_kms() => Custody::KmsDerived,
            _ => Custody::NotStated,
        };
        part.findings.extend(unread);
        part.findings.extend(findings);
        compose.show(part, &[answer, &info]);
        let stated = answer.report_data.as_ref().and_then(|text| hex::decode(text).ok());
        if let Some(stated) = stated.filter(|stated| stated.as_slice() != quote.body.report_data())
        {
            part.findings.retain(|finding| *finding.check != intel::checks::DCAP_REPORT_DATA);
            part.findings.push(
                Finding::fail(&intel::checks::DCAP_REPORT_DATA, "disagree")
                    .expected(Value::hex(stated))
                    .actual(Value::hex(quote.body.report_data())),
            );
        }
        let is_shown = part.passed(&checks::DSTACK_COMPOSE_HASH);
        let draft = intel::examine::finish(self.kind, self.input, examined, &files, policy, now)?;
        let is_verified = report_data.is_ok();
        let compose = compose.file.filter(|_| is_shown);
        Ok(Guest { draft, is_verified, compose, report_data })
    }
}

/// The image's hash, wherever it is stated.
pub(super) fn hashes<'a>(vm: &'a VmConfig, ids: &[&'a Ids]) -> Vec<&'a str> {
    let of_agent = ids.iter().filter_map(|ids| ids.os_image_hash.as_deref());
    let all = vm.os_image_hash.as_deref().into_iter().chain(of_agent);
    all.filter(|text| !text.is_empty()).collect()
}

/// What the policy names by the registers themselves.
fn named(findings: &[Finding]) -> Named {
    let passed = |check: &Check, part: Option<&str>| {
        findings.iter().any(|f| f.check == check && f.part.as_deref() == part && f.passed())
    };
    Named {
        software: passed(&intel::checks::TDX_SOFTWARE, None),
        rtmr0: passed(&intel::checks::TDX_RTMR, Some("rtmr0")),
    }
}

/// What dstack's releases call the device: the hash of the quote's user data, of the platform's
/// id, or of nothing.
fn devices(quote: &Quote<'_>, examined: &intel::examine::Examined<'_>) -> Vec<Sha256> {
    let platform = examined.verified.as_ref().map(|verified| Sha256::of(verified.ppid()));
    [Sha256::of(&quote.user_data), Sha256::of(&[])].into_iter().chain(platform).collect()
}

/// What the verified log says the application is.
fn identity(examined: &intel::examine::Examined<'_>, has_log: bool) -> Result<Identity, Why> {
    let statements = examined.logs.iter().flat_map(|log| log.statements());
    let own = statements.filter(|statement| statement.name.starts_with("dstack."));
    if own.clone().next().is_some() {
        Ok(Identity::of_log(own))
    } else if has_log {
        Err(Why::Blocked { by: log_to_blame(&examined.part.findings) })
    } else {
        Err(Why::NotPublished)
    }
}

/// Which check on the log keeps it from saying anything.
fn log_to_blame(findings: &[Finding]) -> &'static Check {
    let log = [
        &eventlog::checks::EVENTLOG_REPLAY,
        &eventlog::checks::EVENTLOG_DIGESTS,
        &eventlog::checks::EVENTLOG_NAMES,
    ];
    let open = |f: &&Finding| log.contains(&f.check) && !f.passed();
    findings.iter().find(open).map_or(&eventlog::checks::EVENTLOG_LAUNCH, |finding| finding.check)
}
