//! One machine of a NEAR AI report: its quote as dstack's, its GPUs, its manager.

use crate::error::Error;
use crate::finding::compared::Compared;
use crate::finding::{Check, Finding, LinkId, Value, Why, to_blame};
use crate::formats::dstack::parse::{Answer, AppCompose};
use crate::formats::intel::parse::{Body, Quote, TdReport};
use crate::formats::{dstack, gpu};
use crate::piece::Piece;
use crate::report::{DebugFlag, EvidenceItem, Part};
use crate::services::near::parse::{Machine, Manager, decoded};
use crate::services::near::policy::ForNear;
use crate::services::near::{checks, verify};
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::pasted;

/// What one machine's answer shows.
pub(super) struct Examined {
    pub(super) part: Part,
    /// REPORTDATA of the verified quote.
    pub(super) report_data: Option<[u8; 64]>,
    /// The app-compose file that the measured log names.
    pub(super) compose: Option<AppCompose>,
}

/// The machine's quote in bytes, when its answer has one.
pub(super) fn quote(machine: &Machine) -> Result<Option<Vec<u8>>, Error> {
    machine.quote.as_deref().map(bytes).transpose()
}

fn bytes(text: &str) -> Result<Vec<u8>, Error> {
    const WHAT: &str = "NEAR AI report, quote";
    let why = "it is neither hex nor base64";
    pasted::decoded(text.as_bytes())
        .ok_or_else(|| Error::malformed(WHAT, Span::new(0, text.len()), why))
}

/// Examines a machine with the files for its platform. `spki` is the key of the certificate that
/// came along, when it is this machine's.
pub(super) fn examine(
    machine: &Machine,
    quote: Option<&[u8]>,
    beside: &[Piece<'_>],
    spki: Option<&[u8]>,
    policy: &dyn ForNear,
    now: UnixTime,
) -> Result<Examined, Error> {
    let quote = quote.map(Quote::parse).transpose()?;
    let td = match quote.as_ref().map(|quote| &quote.body) {
        Some(Body::Td(td)) => td,
        other => return Ok(of_another_form(machine, other.is_some())),
    };
    let Some(quote) = &quote else { return Ok(of_another_form(machine, false)) };
    let info = machine.info.as_deref().map(str::as_bytes).map(Answer::parse).transpose()?;
    let info = info.unwrap_or_default();
    let answer = Answer {
        event_log: machine.event_log.clone(),
        report_data: machine.report_data.clone(),
        ..info.clone()
    };
    let by_binding = Compared::By(&checks::NEAR_REPORT_DATA);
    let mut own = guest(quote, &answer, by_binding, beside, policy, now)?;
    own.part.findings.push(Finding::pass(&checks::NEAR_FORM));
    let blame = to_blame(&own.part.findings);
    let known = own.report_data.is_some().then_some(td);
    match &own.report_data {
        Some(data) => {
            let binding = verify::report_data(machine, data);
            let findings = [
                verify::signing_key(machine, &binding),
                verify::tls_key(machine, spki, &binding),
                verify::ohttp(machine, &binding),
                binding,
            ];
            own.part.findings.extend(findings);
            let asked = policy.near().nonce.as_ref();
            own.part.findings.extend(verify::nonce(machine.nonce.as_deref(), data, asked));
        }
        None => {
            let blocked = checks::FROM_QUOTE.iter().map(|check| Finding::blocked(check, blame));
            own.part.findings.extend(blocked);
        }
    }
    own.part.absorb(gpus(machine, own.report_data.as_ref(), blame, policy, now));
    if let Some(manager) = &machine.manager {
        let examined = self::manager(manager, known, blame, &info, beside, policy, now)?;
        own.part.flags.debug = match (own.part.flags.debug, examined.part.flags.debug) {
            (DebugFlag::On, _) | (_, DebugFlag::On) => DebugFlag::On,
            (DebugFlag::Off, DebugFlag::Off) => DebugFlag::Off,
            _ => DebugFlag::Unknown,
        };
        own.part.absorb(examined.part);
    }
    Ok(own)
}

/// An answer without a TDX quote.
fn of_another_form(machine: &Machine, is_enclave: bool) -> Examined {
    let form = match (&machine.form, is_enclave) {
        (_, true) => "a quote of an SGX enclave",
        (Some(form), _) => form,
        (None, _) => "no quote",
    };
    let finding = Finding::unknown(&checks::NEAR_FORM, Why::NotSupported).actual(form);
    Examined { part: Part::of([finding]), report_data: None, compose: None }
}

/// A quote with its log and what dstack's agent says.
fn guest(
    quote: &Quote<'_>,
    answer: &Answer,
    data: Compared,
    beside: &[Piece<'_>],
    policy: &dyn ForNear,
    now: UnixTime,
) -> Result<Examined, Error> {
    let (kind, input) = ("near-machine", quote.bytes);
    let quoted = dstack::examine::Quoted { kind, input, quote, is_stripped: false, data };
    let guest = quoted.examine(answer, beside, policy, now)?;
    Ok(Examined {
        part: guest.draft.part,
        report_data: guest.is_verified.then(|| *quote.body.report_data()),
        compose: guest.compose,
    })
}

/// Every GPU's report, verified, and the question it answers.
fn gpus(
    machine: &Machine,
    data: Option<&[u8; 64]>,
    by: &'static Check,
    policy: &dyn ForNear,
    now: UnixTime,
) -> Part {
    let check = &checks::NEAR_GPU;
    let mut about = Part::default();
    let Some(gpus) = machine.gpus.as_ref().filter(|gpus| !gpus.answers.is_empty()) else {
        let why = if machine.is_gateway { Why::NotApplicable } else { Why::NotPublished };
        about.findings.push(Finding::unknown(check, why));
        return about;
    };
    if let (Some(stated), Some(data)) = (&gpus.nonce, data) {
        let agrees =
            decoded(stated).is_some_and(|stated| data.ends_with(&stated) && stated.len() == 32);
        // What agrees is the service's word about GPUs, and no GPU's.
        if !agrees {
            let finding = Finding::fail(check, "disagree").part("payload");
            about.findings.push(finding.actual(stated.as_str()));
        }
    }
    for (number, answer) in (1_u32..).zip(&gpus.answers) {
        let own = match report(answer, policy, now) {
            Err(why) => {
                Part::of([Finding::unknown(check, Why::NotSupported).actual(why.to_string())])
            }
            Ok(gpu::examine::Examined { mut part, nonce }) => {
                part.findings.push(match (nonce, data) {
                    (Some(nonce), Some(data)) => verify::gpu(&nonce, data),
                    (None, _) => Finding::blocked(check, to_blame(&part.findings)),
                    (_, None) => Finding::blocked(check, by),
                });
                part
            }
        };
        about.absorb(own.named(&format!("gpu-{number}")));
    }
    about
}

/// One GPU's report, or why it cannot be read here.
fn report(
    answer: &gpu::parse::Answer,
    policy: &dyn ForNear,
    now: UnixTime,
) -> Result<gpu::examine::Examined, Error> {
    let (report, ders) = gpu::examine::decoded(answer)?;
    gpu::examine::report(report, &ders, &Default::default(), policy, now)
}

/// The manager of the machine's containers: a quote of its own, and the list it is about.
fn manager(
    manager: &Manager,
    machine: Option<&TdReport>,
    by: &'static Check,
    info: &Answer,
    beside: &[Piece<'_>],
    policy: &dyn ForNear,
    now: UnixTime,
) -> Result<Examined, Error> {
    let raw = manager.quote.as_deref().map(bytes).transpose()?;
    let quote = raw.as_deref().map(Quote::parse).transpose()?;
    let td = match quote.as_ref().map(|quote| &quote.body) {
        Some(Body::Td(td)) => Some(td),
        _ => None,
    };
    let (Some(quote), Some(td)) = (&quote, td) else {
        let mut none = of_another_form(&Machine::default(), quote.is_some());
        none.part.findings = vec![
            Finding::unknown(&checks::NEAR_MANAGER, Why::NotPublished),
            verify::actions(manager, false),
        ];
        return Ok(none);
    };
    let answer = Answer {
        event_log: manager.event_log.clone(),
        report_data: manager.report_data.clone(),
        ..info.clone()
    };
    let by_binding = Compared::By(&checks::NEAR_MANAGER);
    let mut own = guest(quote, &answer, by_binding, beside, policy, now)?;
    let findings = match own.report_data {
        Some(_) => verify::manager(manager, td, machine, by),
        None => vec![Finding::blocked(&checks::NEAR_MANAGER, to_blame(&own.part.findings))],
    };
    let holds = findings.iter().all(Finding::passed);
    own.part = own.part.named("manager");
    own.part.findings.push(verify::actions(manager, holds));
    own.part.findings.extend(findings);
    let named = td.report_data.first_chunk::<32>().map(|named| named.as_slice());
    let actions = manager.actions.bytes(named);
    let item = EvidenceItem::new("actions", "json", LinkId::Measurements, actions, Vec::new());
    own.part.evidence.push(item);
    if let Some(stated) = &manager.nonce {
        let quoted = td.report_data.last_chunk::<32>();
        let holds = decoded(stated).as_deref() == quoted.map(|quoted| quoted.as_slice());
        let finding = Finding::test(&checks::NEAR_MANAGER, holds, "disagree").part("stated nonce");
        own.part.findings.push(finding.actual(Value::text(stated.as_str())));
    }
    Ok(own)
}
