//! T26 to T28: what the levels of platform, TDX module and quoting enclave come to together.

use super::level::{self, Module, Platform, Reached, Shortfall, TcbComponent};
use crate::finding::Why;
use crate::formats::intel::parse::collateral::{
    PckExtension, QeIdentity, SvnLevel, TcbInfo, TcbStatus,
};
use crate::formats::intel::parse::{Body, Quote, TdReport};
use crate::time::UnixTime;

/// Where a status or an advisory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TcbSource {
    /// The platform's level.
    Platform,
    /// The TDX module's level.
    TdxModule,
    /// The quoting enclave's level.
    Qe,
}

impl TcbSource {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::TdxModule => "TDX module",
            Self::Qe => "quoting enclave",
        }
    }
}

/// A level that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Of what.
    pub source: TcbSource,
    /// Intel's judgement.
    pub status: TcbStatus,
    /// The level's date.
    pub date: UnixTime,
}

/// An advisory that is open, by whose level.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advisory {
    /// Intel's id, such as `INTEL-SA-00615`.
    pub id: String,
    /// Whose level lists it.
    pub source: TcbSource,
}

/// What Intel's signed collateral says about the platform that made a quote.
///
/// It exists only when Intel's key signed both the TCB info and the QE identity for this kind of
/// platform, the quoting enclave is the one described, and levels were found. Whether the
/// collateral is fresh and nothing is revoked are findings of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcbStanding {
    /// What all of it converges to.
    pub status: TcbStatus,
    /// The levels at launch: platform, TDX module where it has one, quoting enclave.
    pub levels: Vec<Standing>,
    /// For guests whose TDX module can be updated under them: what the firmware that runs now
    /// converges to, and the earliest date of its levels.
    pub current: Option<(TcbStatus, UnixTime)>,
    /// Open advisories, each with its source.
    pub advisories: Vec<Advisory>,
    /// The earliest date of the levels.
    pub date: UnixTime,
    /// The lower tcbEvaluationDataNumber of the two statements. Intel serves two numbers at a
    /// time, the higher one as its early update; the statements do not say which one they are.
    pub evaluation_number: u32,
    /// What is older than Intel's highest level asks for.
    pub shortfalls: Vec<Shortfall>,
}

/// The statements that the standing rests on.
#[derive(Clone, Copy)]
pub(super) struct Statements<'s> {
    pub(super) info: &'s TcbInfo,
    pub(super) extension: &'s PckExtension,
    pub(super) identity: Result<&'s QeIdentity, Why>,
    pub(super) qe: Result<&'s SvnLevel, Why>,
}

/// T26, T27 and T28: what a platform comes to that reached these levels.
pub(super) fn of(
    statements: Statements<'_>,
    platform: Platform<'_>,
    quote: &Quote<'_>,
    (launch, current, qe): (Reached<'_>, Option<Reached<'_>>, &SvnLevel),
) -> TcbStanding {
    let converged = |reached: Reached<'_>| {
        let platform = reached.level.status;
        let module = reached.module.map_or(platform, |module| platform.with_part(module.status));
        module.with_part(qe.status)
    };
    let date = |reached: Reached<'_>| {
        let module = reached.module.map_or(qe.date, |module| module.date);
        reached.level.date.min(qe.date).min(module)
    };
    let at_launch = converged(launch);
    let current = current.map(|current| (converged(current), date(current)));
    let mut levels = vec![Standing {
        source: TcbSource::Platform,
        status: launch.level.status,
        date: launch.level.date,
    }];
    let mut advisories = Vec::new();
    let mut add = |source, ids: &[String]| {
        for id in ids {
            advisories.push(Advisory { id: id.clone(), source });
        }
    };
    add(TcbSource::Platform, &launch.level.advisories);
    let parts = [(TcbSource::TdxModule, launch.module), (TcbSource::Qe, Some(qe))];
    for (source, level) in parts {
        let Some(level) = level else { continue };
        levels.push(Standing { source, status: level.status, date: level.date });
        add(source, &level.advisories);
    }
    let numbers = statements.identity.map(|identity| identity.evaluation_number);
    let own = statements.info.evaluation_number;
    TcbStanding {
        status: current.map_or(at_launch, |(current, _)| relaunched(at_launch, current)),
        levels,
        current,
        advisories,
        date: date(launch),
        evaluation_number: numbers.map_or(own, |number| number.min(own)),
        shortfalls: behind(statements, platform, quote),
    }
}

/// T27: what a launch status comes to when other firmware runs now.
fn relaunched(launch: TcbStatus, current: TcbStatus) -> TcbStatus {
    use TcbStatus::{
        ConfigurationAndSwHardeningNeeded, ConfigurationNeeded, OutOfDate,
        OutOfDateConfigurationNeeded, RelaunchAdvised, RelaunchAdvisedConfigurationNeeded, Revoked,
        SwHardeningNeeded, UpToDate,
    };
    match (launch, current) {
        (_, Revoked) => Revoked,
        (OutOfDate, UpToDate | SwHardeningNeeded) => RelaunchAdvised,
        (
            OutOfDate | OutOfDateConfigurationNeeded,
            UpToDate | SwHardeningNeeded | ConfigurationNeeded | ConfigurationAndSwHardeningNeeded,
        ) => RelaunchAdvisedConfigurationNeeded,
        (launch, _) => launch,
    }
}

/// What is older than the highest levels ask for.
fn behind(statements: Statements<'_>, platform: Platform<'_>, quote: &Quote<'_>) -> Vec<Shortfall> {
    let highest = statements.info.levels.first();
    let mut short = highest.map(|level| level::shortfalls(level, platform)).unwrap_or_default();
    let mut part = |component, have: u16, highest: Option<&SvnLevel>| {
        if let Some(level) = highest.filter(|level| have < level.svn) {
            let (name, need, since) = (String::new(), level.svn, level.date);
            short.push(Shortfall { component, name, have, need, since });
        }
    };
    if let Some(td) = td(quote)
        && let Some(Module::Later(module)) = Module::of(statements.info, td.tee_tcb_svn)
    {
        let [minor, ..] = td.tee_tcb_svn;
        part(TcbComponent::TdxModule, minor.into(), module.levels.first());
    }
    if let Ok(identity) = statements.identity {
        part(TcbComponent::Qe, quote.qe_report.isv_svn, identity.levels.first());
    }
    short
}

/// The body of a TDX guest's quote.
pub(super) fn td<'q>(quote: &'q Quote<'_>) -> Option<&'q TdReport> {
    match &quote.body {
        Body::Td(td) => Some(td),
        Body::Enclave(_) => None,
    }
}
