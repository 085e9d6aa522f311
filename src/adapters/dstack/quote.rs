//! A quote of a TDX guest with its event log and what the guest's agent says.

use super::files::Files;
use crate::adapters::snp::to_blame;
use crate::adapters::{dcap, kind};
use crate::appraise::{Compared, Comparers};
use crate::appraise::dstack::{self as appraise, Beside, Identity, Image, Named};
use crate::bytes::Span;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::dcap::{Body, Quote};
use crate::evidence::dstack::{Answer, AppCompose, Ids, Material, TcbInfo, VmConfig};
use crate::evidence::eventlog::dstack::Log;
use crate::finding::{Check, Finding, Value, Why, checks};
use crate::policy::Policy;
use crate::report::{Custody, Draft};
use crate::time::UnixTime;
use crate::verify::dstack::AcpiDigests;

const WHAT: &str = "dstack quote report";

/// An answer with a quote.
pub(in crate::adapters) fn examine(
    input: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let answer = Answer::parse(input)?;
    let whole = Span::new(0, input.len());
    let quote = answer.quote.as_deref().unwrap_or_default();
    let quote = kind::decoded(quote.as_bytes())
        .ok_or_else(|| Error::malformed(WHAT, whole, "its quote is neither hex nor base64"))?;
    let quote = Quote::parse(&quote)?;
    let (kind, data) = ("dstack-quote-report", Compared::Policy);
    let quoted = Quoted { kind, input, quote: &quote, is_stripped: false, data };
    quoted.examine(&answer, files, policy, now).map(|guest| guest.draft)
}

/// A guest with its quote, examined.
pub(in crate::adapters) struct Guest {
    pub(in crate::adapters) draft: Draft,
    /// Whether the quote is verified.
    pub(in crate::adapters) is_verified: bool,
    /// The app-compose file, when the guest's measured log names its hash.
    pub(in crate::adapters) compose: Option<AppCompose>,
    /// REPORTDATA.
    pub(super) report_data: ReportData,
}

/// Who compares what the guest's processor signed: the policy names software by its registers or,
/// in dstack's terms, by the application.
pub(super) fn comparers(policy: &Policy, data: Compared) -> Comparers {
    let software = match policy.dstack.compose_hashes.is_empty() {
        true => Compared::Policy,
        false => Compared::By(&checks::DSTACK_APPLICATION),
    };
    Comparers { software, data }
}

/// A quote, and what it came in.
pub(in crate::adapters) struct Quoted<'a> {
    /// The kind of input.
    pub(in crate::adapters) kind: &'static str,
    /// The input.
    pub(in crate::adapters) input: &'a [u8],
    /// The quote.
    pub(in crate::adapters) quote: &'a Quote<'a>,
    /// Whether the log was cut down to what dstack itself wrote.
    pub(in crate::adapters) is_stripped: bool,
    /// Who compares REPORTDATA.
    pub(in crate::adapters) data: Compared,
}

/// REPORT_DATA of a verified quote or report, or which check keeps it from being known.
pub(super) type ReportData = Result<[u8; 64], &'static Check>;

impl Quoted<'_> {
    /// Verifies and appraises the quote with what its `answer` says beside it.
    pub(in crate::adapters) fn examine(
        &self,
        answer: &Answer,
        files: &[&[u8]],
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Guest, Error> {
        let (own, rest) = Files::of(files)?;
        let info = own.info.map(Answer::parse).transpose()?.unwrap_or_default();
        let stated = |read: fn(&Answer) -> Option<&String>| read(answer).or_else(|| read(&info));
        let tcb = stated(|answer| answer.tcb_info.as_ref());
        let tcb = tcb.map(|text| TcbInfo::parse(text)).transpose()?;
        let vm = stated(|answer| answer.vm_config.as_ref());
        let vm = vm.map_or(Ok(VmConfig::default()), |text| VmConfig::parse(text))?;
        let compose = own.compose(tcb.as_ref())?;
        let quote = self.quote;
        let mut files = dcap::Files::of(&rest)?;
        if files.dstack.is_none() {
            let of_tcb = || tcb.as_ref().and_then(|tcb| tcb.event_log.as_ref());
            let log = stated(|answer| answer.event_log.as_ref()).or_else(of_tcb);
            files.dstack = log.map(String::as_bytes);
            files.is_stripped = self.is_stripped;
        }
        let examined = dcap::quoted(quote, &files, policy, comparers(policy, self.data), now)?;
        let identity = identity(&examined, files.dstack.is_some());
        let named = named(&examined.findings);
        let ids: Vec<&Ids> =
            [&answer.ids, &info.ids].into_iter().chain(tcb.iter().map(|tcb| &tcb.ids)).collect();
        let material = vm.tdx_measurement.as_deref().map(Material::parse).transpose()?;
        let log = files.dstack.map(Log::parse).transpose()?;
        let beside = Beside {
            tcb_info: tcb.as_ref(),
            compose: compose.as_ref(),
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
                appraise::appraise_quote(report, shown, &beside, named, &policy.dstack)
            }
            (Body::Td(_), None) => {
                let by = to_blame(&examined.findings);
                appraise::FROM_QUOTE.iter().map(|check| Finding::blocked(check, by)).collect()
            }
            (Body::Enclave(_), _) => {
                let open = |check: &&'static _| Finding::unknown(check, Why::NotSupported);
                appraise::FROM_QUOTE.iter().map(open).collect()
            }
        };
        let report_data = match &examined.verified {
            Some(_) => Ok(*quote.body.report_data()),
            None => Err(to_blame(&examined.findings)),
        };
        let mut draft = dcap::finish(self.kind, self.input, examined, &files, policy, now)?;
        draft.flags.custody = match &identity {
            Ok(identity) if identity.is_kms() => Custody::KmsDerived,
            _ => Custody::NotStated,
        };
        draft.findings.extend(findings);
        own.show(&mut draft, &[answer, &info], tcb.as_ref(), compose.as_ref());
        let stated = answer.report_data.as_ref().and_then(|text| hex::decode(text).ok());
        if let Some(stated) = stated.filter(|stated| stated.as_slice() != quote.body.report_data())
        {
            draft.findings.retain(|finding| *finding.check != checks::DCAP_REPORT_DATA);
            draft.findings.push(
                Finding::fail(&checks::DCAP_REPORT_DATA, "disagree")
                    .expected(Value::hex(stated))
                    .actual(Value::hex(quote.body.report_data())),
            );
        }
        let is_verified = report_data.is_ok();
        let is_shown =
            draft.findings.iter().any(|f| *f.check == checks::DSTACK_COMPOSE_HASH && f.passed());
        Ok(Guest { draft, is_verified, compose: compose.filter(|_| is_shown), report_data })
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
        software: passed(&checks::TDX_SOFTWARE, None),
        rtmr0: passed(&checks::TDX_RTMR, Some("rtmr0")),
    }
}

/// What dstack's releases call the device: the hash of the quote's user data, of the platform's
/// id, or of nothing.
fn devices(quote: &Quote<'_>, examined: &dcap::Examined<'_>) -> Vec<Sha256> {
    let platform = examined.verified.as_ref().map(|verified| Sha256::of(verified.ppid()));
    [Sha256::of(&quote.user_data), Sha256::of(&[])].into_iter().chain(platform).collect()
}

/// What the verified log says the application is.
fn identity(examined: &dcap::Examined<'_>, has_log: bool) -> Result<Identity, Why> {
    let statements = examined.logs.iter().flat_map(|log| log.statements());
    let own = statements.filter(|statement| statement.name.starts_with("dstack."));
    if own.clone().next().is_some() {
        Ok(Identity::of_log(own))
    } else if has_log {
        Err(Why::Blocked { by: log_to_blame(&examined.findings) })
    } else {
        Err(Why::NotPublished)
    }
}

/// Which check on the log keeps it from saying anything.
fn log_to_blame(findings: &[Finding]) -> &'static Check {
    let log = [&checks::EVENTLOG_REPLAY, &checks::EVENTLOG_DIGESTS, &checks::EVENTLOG_NAMES];
    let open = |f: &&Finding| log.contains(&f.check) && !f.passed();
    findings.iter().find(open).map_or(&checks::EVENTLOG_LAUNCH, |finding| finding.check)
}
