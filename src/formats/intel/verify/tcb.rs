//! T21 to T28: what Intel says about a platform of these security versions.

use super::chain::at;
use super::level::{self, Module, Platform, Reached, Shortfall, TcbComponent};
use super::signed::TCB_INFO_EVIDENCE;
use super::standing::{self, Statements, TcbStanding, td};
use crate::finding::{Finding, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::collateral::{
    QeIdentity, SvnLevel, TcbInfo, TcbLevel, TcbStatus,
};
use crate::formats::intel::parse::{Quote, place};

/// When there is no TCB info to compare with.
pub(super) fn undecided(quote: &Quote<'_>, why: Why) -> Vec<Finding> {
    checks::TCB
        .map(|check| {
            let about_tdx = [
                &checks::DCAP_TDX_MODULE_IDENTITY,
                &checks::DCAP_TDX_MODULE_LEVEL,
                &checks::DCAP_TCB_RELAUNCH,
            ];
            let why = if about_tdx.contains(&check) && td(quote).is_none()
                || *check == checks::DCAP_TCB_RELAUNCH
                    && td(quote).is_some_and(|td| td.relaunch.is_none())
            {
                Why::NotApplicable
            } else {
                why
            };
            Finding::unknown(check, why)
        })
        .to_vec()
}

/// T21 to T28.
pub(super) fn examine(
    quote: &Quote<'_>,
    statements: Statements<'_>,
) -> (Vec<Finding>, Option<TcbStanding>) {
    let Statements { info, extension, identity, qe } = statements;
    let td = td(quote);
    let platform = Platform { extension, tdx: td.map(|td| td.tee_tcb_svn) };
    let mut findings = vec![evaluation(info, identity)];
    let level = level::reached(info, platform);
    findings.push(level_finding(info, platform));
    let (module_findings, module) = module(quote, info, level);
    findings.extend(module_findings);

    let launch = match (level, module, qe) {
        (None, ..) => Err(Why::Blocked { by: &checks::DCAP_TCB_LEVEL }),
        (_, Err(why), _) | (_, _, Err(why)) => Err(why),
        (Some(level), Ok(module), Ok(qe)) => Ok((Reached { level, module }, qe)),
    };
    let relaunch = td.and_then(|td| td.relaunch);
    let current = relaunch.map(|relaunch| {
        let svn = relaunch.tee_tcb_svn2;
        let level = level::reached(info, Platform { extension, tdx: Some(svn) })?;
        let module = Module::of(info, svn)?.level(svn)?;
        Some(Reached { level, module })
    });
    let (launch, qe) = match launch {
        Ok(launch) => launch,
        Err(why) => {
            let not_applicable = Finding::unknown(&checks::DCAP_TCB_RELAUNCH, Why::NotApplicable);
            findings.extend([
                relaunch
                    .map_or(not_applicable, |_| Finding::unknown(&checks::DCAP_TCB_RELAUNCH, why)),
                Finding::unknown(&checks::DCAP_TCB_STATUS, why),
                Finding::unknown(&checks::DCAP_TCB_ADVISORIES, why),
            ]);
            return (findings, None);
        }
    };
    let current = match current {
        Some(None) => {
            let by = &checks::DCAP_TCB_RELAUNCH;
            findings.extend([
                Finding::fail(by, "no-level"),
                Finding::blocked(&checks::DCAP_TCB_STATUS, by),
                Finding::blocked(&checks::DCAP_TCB_ADVISORIES, by),
            ]);
            return (findings, None);
        }
        Some(Some(current)) => Some(current),
        None => None,
    };
    let standing = standing::of(statements, platform, quote, (launch, current, qe));
    findings.push(relaunch_finding(&standing));
    findings.push(status_finding(&standing));
    findings.push(advisories_finding(&standing));
    (findings, Some(standing))
}

/// Intel signs TCB info and QE identity of one evaluation together.
fn evaluation(info: &TcbInfo, identity: Result<&QeIdentity, Why>) -> Finding {
    let check = &checks::DCAP_EVALUATION;
    match identity {
        Err(why) => Finding::unknown(check, why),
        Ok(identity) if identity.evaluation_number == info.evaluation_number => {
            Finding::pass(check).actual(Value::number(info.evaluation_number))
        }
        Ok(identity) => Finding::warn(check, "disagree")
            .expected(Value::number(info.evaluation_number))
            .actual(Value::number(identity.evaluation_number)),
    }
}

fn level_finding(info: &TcbInfo, platform: Platform<'_>) -> Finding {
    let check = &checks::DCAP_TCB_LEVEL;
    match level::reached(info, platform) {
        Some(level) => Finding::pass(check)
            .actual(format!("{}, level of {}", level.status, level.date))
            .within(TCB_INFO_EVIDENCE, level.at),
        None => {
            let (at, short) = level::nearest(info, platform);
            let part = |one: &Shortfall, version: u16| format!("{} {version}", place(one));
            let list = |version: fn(&Shortfall) -> u16| {
                let parts: Vec<String> = short.iter().map(|one| part(one, version(one))).collect();
                parts.join(", ")
            };
            Finding::fail(check, "no-level")
                .expected(list(|one| one.need))
                .actual(list(|one| one.have))
                .within(TCB_INFO_EVIDENCE, at)
        }
    }
}

fn place(short: &Shortfall) -> String {
    let name = match short.component {
        TcbComponent::Sgx(index) => format!("SGX component {index}"),
        TcbComponent::Tdx(index) => format!("TDX component {index}"),
        TcbComponent::Pce => "PCE".into(),
        TcbComponent::Qe => "quoting enclave".into(),
        TcbComponent::TdxModule => "TDX module".into(),
    };
    if short.name.is_empty() { name } else { format!("{name} ({})", short.name) }
}

/// T24 and T25. The version of a module of major version 0 is among the platform's own components:
/// the level that those reach is the module's as well.
fn module<'i>(
    quote: &Quote<'_>,
    info: &'i TcbInfo,
    platform: Option<&'i TcbLevel>,
) -> (Vec<Finding>, Result<Option<&'i SvnLevel>, Why>) {
    let (identity, level) = (&checks::DCAP_TDX_MODULE_IDENTITY, &checks::DCAP_TDX_MODULE_LEVEL);
    let Some(td) = td(quote) else {
        let findings = [identity, level].map(|check| Finding::unknown(check, Why::NotApplicable));
        return (findings.to_vec(), Ok(None));
    };
    let field = |field| place::within(quote.body_span, field);
    let [minor, major, ..] = td.tee_tcb_svn;
    let blocked = || {
        let by = identity;
        (Finding::blocked(level, by), Err(Why::Blocked { by }))
    };
    let named = format!("TDX_{major:02X}");
    let Some(module) = Module::of(info, td.tee_tcb_svn) else {
        let finding =
            at(Finding::fail(identity, "missing").expected(named), field(place::td::TEE_TCB_SVN));
        let (level, why) = blocked();
        return (vec![finding, level], why);
    };
    let measurement = module.measurement();
    let fits = level::module_fits(measurement, td);
    let found = [&td.mr_signer_seam.0[..], &td.seam_attributes].concat();
    let wanted = [&measurement.mr_signer[..], &measurement.attributes].concat();
    let finding = Finding::test(identity, fits, "not-equal")
        .expected(Value::hex(wanted))
        .actual(Value::hex(found));
    let finding = at(finding, field(place::td::SEAM));
    if !fits {
        let (level, why) = blocked();
        return (vec![finding, level], why);
    }
    let reached = module.level(td.tee_tcb_svn);
    let level_finding = match (reached, &module) {
        (Some(None), _) => match platform.map(|platform| platform.tdx) {
            Some(Some([needed, ..])) => {
                Finding::test(level, minor >= needed, "no-level").expected(Value::number(needed))
            }
            _ => Finding::blocked(level, &checks::DCAP_TCB_LEVEL),
        },
        (Some(Some(reached)), _) => Finding::pass(level).expected(Value::number(reached.svn)),
        (None, Module::Later(module)) => Finding::fail(level, "no-level")
            .expected(Value::number(module.levels.last().map_or(0, |level| level.svn))),
        (None, Module::First(_)) => Finding::fail(level, "no-level"),
    };
    let level_finding =
        at(level_finding.actual(Value::number(minor)), field(place::td::MODULE_SVN));
    (vec![finding, level_finding], reached.ok_or(Why::Blocked { by: level }))
}

fn relaunch_finding(standing: &TcbStanding) -> Finding {
    let check = &checks::DCAP_TCB_RELAUNCH;
    let Some((current, date)) = standing.current else {
        return Finding::unknown(check, Why::NotApplicable);
    };
    match standing.status {
        TcbStatus::RelaunchAdvised | TcbStatus::RelaunchAdvisedConfigurationNeeded => {
            Finding::warn(check, "relaunch")
        }
        _ => Finding::pass(check),
    }
    .actual(format!("{current}, level of {date}"))
}

fn status_finding(standing: &TcbStanding) -> Finding {
    let check = &checks::DCAP_TCB_STATUS;
    let finding = match standing.status {
        TcbStatus::UpToDate => Finding::pass(check),
        TcbStatus::SwHardeningNeeded => Finding::warn(check, "sw-hardening-needed"),
        TcbStatus::ConfigurationNeeded => Finding::warn(check, "configuration-needed"),
        TcbStatus::ConfigurationAndSwHardeningNeeded => {
            Finding::warn(check, "configuration-and-sw-hardening-needed")
        }
        TcbStatus::RelaunchAdvised | TcbStatus::RelaunchAdvisedConfigurationNeeded => {
            Finding::warn(check, "relaunch")
        }
        TcbStatus::OutOfDate | TcbStatus::OutOfDateConfigurationNeeded => {
            Finding::warn(check, "out-of-date")
        }
        TcbStatus::Revoked => Finding::fail(check, "revoked"),
    };
    let short: Vec<String> = standing.shortfalls.iter().map(Shortfall::to_string).collect();
    let mut actual = format!("{}, level of {}", standing.status, standing.date);
    if !short.is_empty() {
        actual = format!("{actual}: {}", short.join("; "));
    }
    finding.expected(TcbStatus::UpToDate.word()).actual(actual)
}

fn advisories_finding(standing: &TcbStanding) -> Finding {
    let check = &checks::DCAP_TCB_ADVISORIES;
    if standing.advisories.is_empty() {
        return Finding::pass(check);
    }
    let list: Vec<String> = standing
        .advisories
        .iter()
        .map(|advisory| format!("{} ({})", advisory.id, advisory.source.name()))
        .collect();
    Finding::warn(check, "advisories").actual(list.join(", "))
}
