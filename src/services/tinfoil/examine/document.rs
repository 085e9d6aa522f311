//! What an enclave answers about itself, with what Tinfoil's workflows signed beside it.

use super::signed::{Beside, MAX_STATEMENTS, Signed};
use super::{build_claims, to_blame};
use crate::builds::image;
use crate::builds::provenance;
use crate::builds::provenance::appraise::commit;
use crate::builds::sigstore::checks::SIGSTORE_SUBJECT;
use crate::builds::sigstore::examine::Examined;
use crate::error::Error;
use crate::finding::compared::{Compared, Comparers};
use crate::finding::{Check, Finding, Outcome, Why};
use crate::formats::intel::parse::{Body, Quote};
use crate::formats::snp::files::Amd;
use crate::formats::{intel, snp};
use crate::piece::Piece;
use crate::report::{Draft, Part, RootOfTrust, Subject};
use crate::services::tinfoil::appraise::{self, Measured, Td, registers, tls};
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::{Document, Predicate};
use crate::services::tinfoil::policy::ForTinfoil;
use crate::time::UnixTime;

/// A document of an enclave on an SEV-SNP machine.
pub(crate) fn of_snp(
    input: &[u8],
    document: &Document,
    beside: &[Piece<'_>],
    policy: &dyn ForTinfoil,
    now: UnixTime,
) -> Result<Draft, Error> {
    let signed = Beside::of(beside);
    let comparers = comparers(&signed, &checks::TINFOIL_MEASUREMENT);
    let amd = Amd::of(beside);
    let machine = snp::examine::report(&document.evidence, &amd, policy, comparers, now)?;
    let mut part = machine.part;
    let own = machine.verified.as_ref().map(|verified| verified.report());
    if let Some(report) = own.filter(|report| document.names_keys && !report.is_host_requested()) {
        part.claims.extend(tls::claims(&report.report_data));
    }
    let measured = own.map(|report| report.measurement);
    let measured = measured.ok_or_else(|| crate::finding::to_blame(&part.findings));
    compare(&mut part, &signed, Measured::Snp(measured), policy, now)?;
    Ok(Draft { part, ..Draft::of(Subject::of("snp-report", input), RootOfTrust::CpuVendor) })
}

/// A document of an enclave on a TDX machine.
pub(crate) fn of_tdx(
    input: &[u8],
    document: &Document,
    beside: &[Piece<'_>],
    policy: &dyn ForTinfoil,
    now: UnixTime,
) -> Result<Draft, Error> {
    let signed = Beside::of(beside);
    let quote = Quote::parse(&document.evidence)?;
    // No log of a container's start belongs to these machines, and the signed builds are releases.
    let own = beside.iter().filter(|piece| !image::ROLES.contains(&piece.role));
    let own: Vec<Piece<'_>> = own.copied().collect();
    let comparers = comparers(&signed, &checks::TINFOIL_GUEST);
    let files = intel::examine::Beside::of(&own);
    let machine = intel::examine::quoted(&quote, &files, policy, comparers, now);
    let mut part = machine.part;
    let own = machine.verified.as_ref().map(|verified| verified.quote());
    let measured = match own.map(|quote| (&quote.body, quote.body_span)) {
        Some((Body::Td(report), body)) => {
            if document.names_keys {
                part.claims.extend(tls::claims(&report.report_data));
            }
            Ok(Td { report, body })
        }
        _ => Err(crate::finding::to_blame(&part.findings)),
    };
    compare(&mut part, &signed, Measured::Tdx(measured), policy, now)?;
    Ok(Draft { part, ..Draft::of(Subject::of("tdx-quote", input), RootOfTrust::CpuVendor) })
}

/// The policy compares everything, and a release at hand is what `check` compares with.
fn comparers(signed: &Beside<'_>, check: &'static Check) -> Comparers {
    let software = match signed.releases.is_empty() {
        true => Compared::Policy,
        false => Compared::By(check),
    };
    Comparers { software, ..Comparers::POLICY }
}

/// Compares a machine with the release and the list of hardware that are at hand.
fn compare(
    part: &mut Part,
    signed: &Beside<'_>,
    measured: Measured<'_>,
    policy: &dyn ForTinfoil,
    now: UnixTime,
) -> Result<(), Error> {
    let names_source = policy.provenance().names_source();
    let build = release(signed, measured, policy, now)?;
    part.findings.extend(of_release(build.as_ref(), measured, names_source));
    if let Measured::Tdx(td) = measured {
        part.findings.push(registers::runtime(td));
        part.absorb(signed.hardware(td, policy, now));
        part.findings.push(registers::guest(&part.findings, names_source));
    }
    let Some(mut build) = build else {
        part.findings.push(Finding::unknown(&checks::TINFOIL_NEWEST, Why::NotFetched));
        return Ok(());
    };
    part.findings.push(signed.newest(&build, policy, now));
    if let Some((own, statement)) = build.verified.as_ref().and_then(|v| Some((v, v.statement()?)))
    {
        part.claims.extend(build_claims(statement, own.payload()));
    }
    let by = match measured {
        Measured::Snp(_) => &checks::TINFOIL_MEASUREMENT,
        Measured::Tdx(_) => &checks::TINFOIL_GUEST,
    };
    tie(&mut build, part.passed(by), by);
    part.absorb(build.part);
    Ok(())
}

/// The release that names what was measured, or else the first. Of several that name it the first
/// that nothing speaks against counts: the others are about something else.
fn release(
    signed: &Beside<'_>,
    measured: Measured<'_>,
    policy: &dyn ForTinfoil,
    now: UnixTime,
) -> Result<Option<Examined>, Error> {
    let names = |own: &&Signed<'_>| match (Predicate::parse(&own.payload), measured) {
        (Ok(said), Measured::Snp(Ok(measurement))) => said.measurement == measurement,
        (Ok(said), Measured::Tdx(Ok(td))) => said.tdx().ok().flatten().is_some_and(|said| {
            let [_, first, second, _] = td.report.rtmr;
            (said.rtmr1, said.rtmr2) == (first, second)
        }),
        _ => false,
    };
    let mut candidates: Vec<&Signed<'_>> =
        signed.releases.iter().filter(names).take(MAX_STATEMENTS).collect();
    if candidates.is_empty() {
        candidates.extend(signed.releases.first());
    }
    let mut chosen: Option<(&Signed<'_>, Examined)> = None;
    for own in candidates {
        let build = provenance::examine::bundle_with(
            own.bytes(),
            own.read(),
            None,
            &signed.keys,
            policy,
            now,
        )?;
        let fails = |finding: &Finding| matches!(finding.outcome, Outcome::Fail(_));
        let is_sound = !build.part.findings.iter().any(fails);
        if is_sound || chosen.is_none() {
            chosen = Some((own, build));
        }
        if is_sound {
            break;
        }
    }
    Ok(chosen.map(|(own, build)| {
        own.used();
        build
    }))
}

/// What the release says of this machine. Where the policy names nobody whose releases count, no
/// release stands for what was measured.
fn of_release(
    build: Option<&Examined>,
    measured: Measured<'_>,
    names_source: bool,
) -> Vec<Finding> {
    let own = measured.checks();
    let Some(build) = build else {
        return own.iter().map(|check| Finding::unknown(check, Why::NotFetched)).collect();
    };
    let verified = build.verified.as_ref();
    let Some((verified, statement)) = verified.and_then(|v| Some((v, v.statement()?))) else {
        let by = to_blame(build);
        let blocked = own.iter().chain(&checks::FROM_STATEMENT);
        return blocked.map(|check| Finding::blocked(check, by)).collect();
    };
    let mut findings = appraise::release(statement, verified.payload(), measured);
    for finding in &mut findings {
        if finding.check == &checks::TINFOIL_MEASUREMENT && finding.passed() && !names_source {
            finding.outcome = Outcome::Unknown(Why::NoReference);
        }
    }
    findings
}

/// The release is compared by what was measured, and not with an artifact: its commit is tied to
/// the machine where the check `by` passed.
fn tie(build: &mut Examined, passed: bool, by: &'static Check) {
    let verified = build.verified.as_ref();
    let named = verified.and_then(|own| own.identity().source_repository_digest());
    let subject = &SIGSTORE_SUBJECT;
    if verified.is_some() {
        build.part.findings.retain(|finding| finding.check != subject);
    }
    let is_open = |finding: &&mut Finding| {
        finding.check == &provenance::checks::PROVENANCE_COMMIT
            && finding.outcome == Outcome::Unknown(Why::Blocked { by: subject })
    };
    for finding in build.part.findings.iter_mut().filter(is_open) {
        let tied = commit(named, passed, by);
        finding.outcome = tied.outcome;
    }
}
