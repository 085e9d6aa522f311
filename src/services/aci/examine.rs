//! An ACI report with its receipts and sessions, put together.

use crate::error::Error;
use crate::finding::compared::Compared;
use crate::finding::{Check, Finding, LinkId, Value, Why, to_blame};
use crate::formats::dstack;
use crate::formats::dstack::parse::Answer;
use crate::formats::intel::parse::{Body, Quote};
use crate::piece::{Piece, Role, of};
use crate::report::{Draft, EvidenceItem, Freshness, KeyFlag, Part, RootOfTrust, Stated, Subject};
use crate::services::aci::parse::{Receipt, Report, Session};
use crate::services::aci::policy::ForAci;
use crate::services::aci::verify::{self, Bound, Cited};
use crate::services::aci::{appraise, checks};
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::pasted;

const KIND: &str = "aci-report";

/// A report, with what lies beside it.
///
/// # Errors
/// When the report or its quote cannot be read.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForAci,
    now: UnixTime,
) -> Result<Draft, Error> {
    let report = Report::parse(input)?;
    let subject = Subject::of(KIND, input).named(report.keyset.subject.clone());
    let mut draft = Draft::of(subject, RootOfTrust::CpuVendor);
    let (part, data) = machine(input, &report, beside, policy, now)?;
    draft.part = part;
    draft.findings.extend(verify::keyset(&report, now));
    let nonce = policy.aci().nonce.as_ref();
    let bound = match data {
        Some(data) => {
            let (bound, findings) = verify::bound(&report, &data, nonce);
            draft.findings.extend(findings);
            bound
        }
        None => {
            let by = to_blame(&draft.findings);
            let open = [&checks::ACI_REPORT_DATA, &checks::ACI_NONCE];
            draft.findings.extend(open.map(|check| Finding::blocked(check, by)));
            Bound::No
        }
    };
    let holds = if !draft.passed(&checks::ACI_KEYSET) {
        Err(&checks::ACI_KEYSET)
    } else if bound == Bound::No {
        Err(&checks::ACI_REPORT_DATA)
    } else {
        Ok(())
    };
    draft.findings.push(verify::tls(&report, holds));
    draft.flags.key = if holds.is_ok() { KeyFlag::Bound } else { KeyFlag::NotShown };
    draft.flags.freshness = match bound {
        Bound::Asked => Freshness::Challenge,
        Bound::Unasked => Freshness::Cached,
        Bound::No => Freshness::None,
    };
    let keyset = report.keyset.canonical.as_bytes();
    let item = EvidenceItem::new("aci-keyset", "json", LinkId::KeyBinding, keyset, Vec::new());
    draft.evidence.push(item);
    draft.stated.extend(stated(&report));
    let cited = receipts(&mut draft, &report, beside, holds, policy);
    sessions(&mut draft, beside, &cited);
    Ok(draft)
}

/// The machine that the report is of, and the report data of its quote where it holds.
fn machine(
    input: &[u8],
    report: &Report,
    beside: &[Piece<'_>],
    policy: &dyn ForAci,
    now: UnixTime,
) -> Result<(Part, Option<[u8; 64]>), Error> {
    const QUOTE: &str = "ACI report, quote";
    let check = &checks::ACI_FORM;
    let other = |form: &str| {
        let finding = Finding::unknown(check, Why::NotSupported).actual(form);
        (Part::of([finding]), None)
    };
    if report.tee != "tdx" {
        return Ok(other(&report.tee));
    }
    let Some(text) = &report.quote else { return Ok(other("no quote")) };
    let why = "it is neither hex nor base64";
    let whole = Span::new(0, text.len());
    let bytes = pasted::decoded(text.as_bytes()).ok_or(Error::malformed(QUOTE, whole, why))?;
    let quote = Quote::parse(&bytes)?;
    if !matches!(quote.body, Body::Td(_)) {
        return Ok(other("a quote of an SGX enclave"));
    }
    let answer = Answer {
        event_log: report.event_log.clone(),
        vm_config: report.vm_config.clone(),
        report_data: report.quote_report_data.clone(),
        ..Answer::default()
    };
    let compose = report.app_compose.as_deref().map(str::as_bytes);
    let compose = compose.map(|bytes| Piece::inside(Role::AppCompose, "app_compose", bytes));
    let pieces: Vec<Piece<'_>> = compose.into_iter().chain(beside.iter().copied()).collect();
    let data = Compared::By(&checks::ACI_REPORT_DATA);
    let quoted =
        dstack::examine::Quoted { kind: KIND, input, quote: &quote, is_stripped: false, data };
    let guest = quoted.examine(&answer, &pieces, policy, now)?;
    let shown = guest.is_verified.then(|| *quote.body.report_data());
    let mut part = guest.draft.part;
    part.findings.push(Finding::pass(check));
    Ok((part, shown))
}

/// Every receipt beside the report, and the sessions that those name which hold.
fn receipts(
    draft: &mut Draft,
    report: &Report,
    beside: &[Piece<'_>],
    holds: Result<(), &'static Check>,
    policy: &dyn ForAci,
) -> Vec<Cited> {
    let mut cited = Vec::new();
    for piece in of(beside, &[Role::AciReceipt]) {
        let part = match Receipt::parse(piece.bytes) {
            Ok(receipt) => {
                piece.used();
                let own = verify::receipt(&receipt, &report.keyset, holds);
                let mut findings = match own.passed() {
                    true => appraise::receipt(&receipt, policy.aci()),
                    false => appraise::blocked(own.check),
                };
                cited.extend(Cited::of(&receipt).filter(|_| own.passed()));
                findings.push(own);
                Part::of(findings)
            }
            Err(error) => {
                piece.unreadable();
                let finding = Finding::unknown(&checks::ACI_RECEIPT, Why::NotSupported);
                Part::of([finding.actual(error.to_string())])
            }
        };
        draft.absorb(part.named(piece.name));
    }
    cited
}

/// Every session beside the report, with what it claims.
fn sessions(draft: &mut Draft, beside: &[Piece<'_>], cited: &[Cited]) {
    for piece in of(beside, &[Role::AciSession]) {
        let finding = match Session::parse(piece.bytes) {
            Ok(session) => {
                piece.used();
                let source = |claim: &str| format!("session of {}: {claim}", session.verifier_id);
                let claims = session.claimed().into_iter().map(|claim| {
                    let said = Value::text(claim.said);
                    Stated::not_shown("aci-claim", said, source(&claim.name), LinkId::Report)
                });
                draft.stated.extend(claims);
                verify::session(&session, cited)
            }
            Err(error) => {
                piece.unreadable();
                Finding::fail(&checks::ACI_SESSION, "malformed").actual(error.to_string())
            }
        };
        draft.absorb(Part::of([finding]).named(piece.name));
    }
}

/// What the report says of its source, which is bound to nothing.
fn stated(report: &Report) -> Vec<Stated> {
    let said = [
        ("commit", "source_provenance.repo_commit", &report.commit, LinkId::Commit),
        ("commit", "source_provenance.repo_url", &report.repository, LinkId::Commit),
        ("image", "source_provenance.image_digest", &report.image, LinkId::Image),
    ];
    let stated = |(name, member, said, link): (_, &'static str, &Option<String>, _)| {
        Some(Stated::not_shown(name, Value::text(said.as_deref()?), member, link))
    };
    said.into_iter().filter_map(stated).collect()
}
